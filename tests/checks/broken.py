"""The sound mail of ``conftest.py`` broken by hand, at least once for each rule: code, old and new words."""

WAYS = '<p>You may <a href="-nl.unsubscribe_url-">unsubscribe</a>.</p>'
BODY = '<body><div lang="en" dir="ltr">'
NIGHT = (
    "@media (prefers-color-scheme:dark){ p { color: #222 !important } div { background: #000 !important } }"
)
DATA = "<tr><td>1890</td><td>41</td></tr><tr><td>1930</td><td>38</td></tr>"
VML = "<!--[if mso]><v:rect {}>{}</v:rect><![endif]-->"


def _in_foot(html: str) -> tuple[str, str]:
    return WAYS, f"{html}{WAYS}"


def _styled(style: str) -> tuple[str, str]:
    return "<p>You", f'<p style="{style}">You'


BROKEN: list[tuple[str, tuple[str, str]]] = [
    ("mail-clipped", ("</body>", f"<!--{'x' * 102_400}--></body>")),
    ("mail-large", ("</body>", f"<!--{'x' * 80_000}--></body>")),
    ("mail-styles", ("<style>", "<style>" + "a { margin: 0 } " * 1_100)),
    ("mail-language", ('<html lang="en"', "<html")),
    ("mail-language", ('<html lang="en"', '<html lang="English, please"')),
    ("mail-language", (BODY, '<body><div dir="ltr">')),
    ("mail-direction", (' dir="ltr"><head>', "><head>")),
    ("mail-direction", (BODY, '<body><div lang="en">')),
    ("mail-direction", (BODY, '<body><div lang="en" dir="left">')),
    ("mail-title", ("<title>The river that came back</title>", "<title> </title>")),
    ("mail-title", ("<title>The river that came back</title>", "")),
    ("mail-charset", ('<meta charset="utf-8">', "")),
    ("mail-charset", ('<meta charset="utf-8">', '<meta charset="iso-8859-1">')),
    ("mail-zoom", ("<title>", '<meta name="viewport" content="width=device-width, maximum-scale=1"><title>')),
    ("mail-zoom", ("<title>", '<meta name="viewport" content="user-scalable=no"><title>')),
    ("mail-element", _in_foot("<form></form>")),
    ("mail-element", _in_foot("<marquee></marquee>")),
    ("mail-element", ("<title>", '<meta http-equiv="refresh" content="5"><title>')),
    ("mail-headings", ("<h1>The river that came back</h1>", "<p>The river that came back</p>")),
    ("mail-headings", ("<h2>Now</h2>", "<h4>Now</h4>")),
    ("mail-headings", ("<h2>Now</h2>", "<h1>Now</h1>")),
    ("mail-headings", _in_foot("<h2></h2>")),
    ("mail-alt", (' alt="Salmon"', "")),
    ("mail-role", _in_foot("<table><tr><td>Now</td></tr></table>")),
    ("mail-role", _in_foot('<table role="presentation"><tr><th>Now</th></tr></table>')),
    (
        "mail-table-headers",
        _in_foot("<table><tr><td>Now</td><td>You</td></tr><tr><td>The</td><td>river</td></tr></table>"),
    ),
    ("mail-table-headers", _in_foot("<table><tr><th scope='x'>Now</th><th>You</th></tr></table>")),
    (
        "mail-table-headers",
        _in_foot("<table><tr><th></th><th></th></tr><tr><td>Now</td><td>You</td></tr></table>"),
    ),
    ("mail-list", _in_foot("<div><li>Now</li></div>")),
    ("mail-list", _in_foot("<ul><li>Now</li><p>You</p></ul>")),
    ("mail-id", _in_foot('<p id="a">Now</p><p id="a">You</p>')),
    ("mail-aria", _in_foot('<p role="buton">Now</p>')),
    ("mail-aria", _in_foot('<p aria-labelled="x">Now</p>')),
    ("mail-aria", _in_foot('<p aria-hidden="yes">Now</p>')),
    ("mail-aria", _in_foot('<p aria-describedby="nowhere">Now</p>')),
    ("mail-aria", (WAYS, WAYS.replace("<p>", '<p aria-hidden="true">'))),
    ("mail-vml", _in_foot(VML.format("", ""))),
    ("mail-vml", _in_foot(VML.format('alt=""', '<a href="#a">Now</a>'))),
    ("mail-vml", _in_foot(VML.format('alt=""', "<h2>Now</h2>"))),
    ("mail-link-empty", _in_foot('<p>You may <a href="#a"></a></p>')),
    ("mail-link-empty", _in_foot('<p>You may <a href="#a"><img src="a.png" alt=""></a></p>')),
    ("mail-link-vague", _in_foot('<p>You may <a href="#a">here</a>.</p>')),
    ("mail-link-colour", (WAYS, WAYS.replace("<a ", '<a style="text-decoration:none;color:#202060" '))),
    ("mail-contrast", _styled("color:#888888")),
    ("mail-contrast", _styled("background-color:#999999;color:rgb(60 60 60)")),
    ("mail-contrast", _styled("background:hsl(0, 0%, 60%) none;color:#00000080")),
    ("mail-contrast", ("<p>You", '<font color="silver">You</font><p>You')),
    ("mail-contrast", (' alt="Salmon"', ' alt="Salmon" style="color:#eeeeee"')),
    ("mail-contrast-dark", ("</style>", f"{NIGHT}</style>")),
    ("mail-contrast-inverted", _in_foot('<p style="background:#757575;color:#000000">Now</p>')),
    (
        "mail-target",
        _in_foot('<p style="margin:0;line-height:18px"><a href="#a">Now</a> <a href="#b">You</a></p>'),
    ),
    ("mail-target", _in_foot('<p><a href="#a"><img src="a.png" alt="Now" width="16" height="48"></a></p>')),
    ("mail-type-small", _styled("font-size:12px")),
    ("mail-type-small", _styled("font:10pt/1.5 serif")),
    ("mail-type-small", ("</style>", "@media (max-width:480px){ p { font-size: 12px } }</style>")),
    ("mail-justified", _styled("text-align:justify")),
    ("mail-css", _styled("display:flex")),
    ("mail-css", _styled("position:absolute")),
    ("mail-css", _styled("width:calc(100% - 8px)")),
    ("mail-css", ("</style>", "p { display: grid }</style>")),
    ("mail-css", ("</style>", "p::before { content: 'New: ' }</style>")),
    ("mail-css", ("<style>", "<style>@import url(https://example.org/a.css);")),
    ("mail-unstyled", _in_foot('<p style="display:none">Now</p>')),
    ("mail-unstyled", _in_foot('<p><span style="font-size:0">Now</span> You</p>')),
    ("mail-text-missing", _in_foot("<p>Estuary</p>")),
    ("mail-text-missing", _in_foot('<p>You may <a href="https://example.org/now">now</a>.</p>')),
    ("mail-unsubscribe", ("-nl.unsubscribe_url-", "#top")),
]

# Sound mails that look like one of the above.
SOUND: list[tuple[str, str]] = [
    _in_foot("<table role='none'><tr><td>Now</td></tr></table>"),
    _in_foot("<table><caption>Now</caption><tr><th scope='col'>Now</th><th>You</th></tr></table>"),
    _in_foot("<p><span aria-hidden='true'>Now</span></p>"),
    _in_foot(VML.format('alt="Now" href="#a"', "<v:fill/><p>Now</p>")),
    _in_foot("<ol><li>Now</li><li>You</li></ol>"),
    (WAYS, WAYS.replace("<a ", '<a style="text-decoration:none;font-weight:bold" ')),
    (WAYS, WAYS.replace("<a ", '<a style="text-decoration:none;border-bottom:1px solid" ')),
    _styled("color:#767676"),
    _styled("color:#888888;font-size:24px"),
    _in_foot('<p style="background:#000000;color:#ffffff">Now</p>'),
    _styled("border-radius:4px;letter-spacing:1px;max-width:640px;text-shadow:none"),
    _styled("width:90%;width:calc(100% - 8px)"),
    _styled("font-size:14px"),
    ("</style>", "@media print { p { font-size: 9px } } p:hover { color: #eeeeee }</style>"),
    ("</style>", "@media (prefers-color-scheme:dark) { p { display: flex } }</style>"),
    ("<p>You", "<p>You<sup style='font-size:10px'>1</sup>".replace("1", "now")),
    _in_foot("<p>back<sup>3</sup> <b>1</b></p>"),
    _in_foot('<p style="padding:12px 0"><a href="#a" style="line-height:16px">Now</a></p>'),
    _in_foot('<p>You may <a href="#a" style="line-height:12px">now</a>.</p>'),
    (BODY, f'{BODY}<div style="display:none">The river that came back\u034f \u200c</div>'),
]
