"""Ten tables of 2 to 12 columns, with what editors put into cells, as Markdown."""

TABLES = {
    "two columns": """\
| Span | Metres |
|---|---:|
| North | 120 |
| The south span with the lamps | 95 |""",
    "three, a long remark": """\
| Year | Passengers | What was decided about the ferry in that year |
|:--|--:|:--|
| 2007 | 1,204,332 | The ordinance takes effect, and nobody is told until the autumn |
| 2016 | 998,001 | First complaint, dismissed without reasons given |""",
    "four, thin spaces and signs": """\
| Quarter | Revenue, € | Change | Margin |
|---|---:|---:|---:|
| Q1 | 1\u2009204\u2009332,50 | \u22125.3\u2009% | \u22120.4 |
| Q2 | 998 001,00 | +12.0\u2009% | 10–11 |
| Q3 | \u22121 500 120,99 | ±0 | 1\u202f000 |""",
    "five, German compounds": """\
| Gericht | Verordnung | Zuständigkeit | Jahr | Anmerkung |
|---|---|---|--:|---|
| Bundesverfassungsgericht | Donaudampfschifffahrtsverordnung | Rechtsschutzversicherung | 2026 | aufgehoben |
| Amtsgericht | Lärmschutz | Kreis | 1998 | besteht |""",
    "six, links and code": """\
| Package | Version | Licence | Command | Home | Size |
|---|---|---|---|---|--:|
| [markdown-it-py](https://example.org/a) | 4.3.0 | MIT | `pip install -U x` | [Home](https://x.org) | 87 kB |
| [resend](https://example.org/r) | 2.51.0-rc.1 | BSD-3-Clause | `x` | https://example.org/a | 1.2 MB |""",
    "seven, Chinese and Japanese": """\
| 站 | 到达 | 出发 | 里程 | 备注 | 駅名 | 運賃 |
|---|---:|---:|---:|---|---|---:|
| 北京南 | 08:00 | 08:02 | 0 | 始发站，请提前到达 | 東京 | ¥13,320 |
| 上海虹桥 | 12:28 | — | 1,318 | 终点 | 新大阪 | ¥870 |""",
    "eight, Hebrew": """\
| תחנה | מטרים | שינוי | שנה | הערה | מקור | עלות | סוף |
|---|--:|--:|--:|---|---|--:|---|
| רציף צפוני | 120 | \u22125% | 2019 | נפתח מחדש אחרי ארבע שנים | BBC | 1,200 ₪ | כן |
| דרום | 95 | +2% | 2020 | סגור | רויטרס | 900 ₪ | לא |""",
    "nine, empty cells": """\
| A | | C | | E | | G | | I |
|---|---|---|---|---|---|---|---|---|
| 1 | | 3 | | | | 7 | | 9 |
| | two | | four | **five** | *six* | | ~ | |""",
    "ten, short": """\
| No. | P | W | D | L | F | A | GD | Pts | Club |
|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|
| 1 | 38 | 28 | 7 | 3 | 89 | 31 | +58 | 91 | Borussia Mönchengladbach |
| 20 | 38 | 5 | 1 | 32 | 18 | 90 | \u221272 | 16 | Wolverhampton |""",
    "twelve months": """\
| Jan | Feb | Mar | Apr | May | Jun | Jul | Aug | Sep | Oct | Nov | Dec |
|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
| 10,204 | 9,881 | 12,009 | 13,500 | 15,021 | 18,332 | 21,009 | 22,100 | 17,450 | 14,002 | 11,870 | 10,999 |
| −1.2 % | 0.4 % | 2.2 % | 3.0 % | 3.1 % | 4.0 % | 4.4 % | 4.1 % | 2.0 % | 0.9 % | −0.2 % | −1.0 % |""",
}


def as_text() -> str:
    """Return all ten, each after its name in bold: two of them within the card, one in a quote."""
    return "\n\n".join(f"**{name}**\n\n{table}" for name, table in TABLES.items())
