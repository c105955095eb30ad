"""Words of a link that do not say where it leads, hosts that hide it, and words that say that it leads."""

from newsletter.checks.visible.scan import words

# English, Spanish, Portuguese, French, German, Italian, Dutch, Polish; the words for “here” in others.
_VAGUE = """
    click; click here; click below; click this; click this link; click the link; click for more;
    click to read more; click here to read more; click here for more; click here for details;
    continue; continue reading; details; find out more; follow this link; full article; full story;
    go; here; info; keep reading; learn more; link; more; more details; more here; more info; more
    information; more on this; read; read here; read it here; read more; read more here; read on;
    read the rest; read this; right here; see here; see more; tap here; the link; this; this
    article; this link; this page; this post; this website; view more; visit; visit this page;
    website;
    aquí; clic aquí; haga clic aquí; haz clic aquí; pincha aquí; pulse aquí; este enlace; enlace;
    leer más; lee más; más; más información; saber más; seguir leyendo; ver más; en este enlace;
    aqui; clique aqui; carregue aqui; neste link; este link; leia mais; ler mais; mais; mais
    informações; saiba mais; veja mais; ver mais;
    ici; cliquez ici; cliquez-ici; cliquer ici; ce lien; en savoir plus; lire la suite; lire plus; plus; plus
    d'informations; plus d'infos; par ici; suite; suivez ce lien; voir plus;
    hier; hier klicken; klicken sie hier; klick hier; klicke hier; diesem link; dieser link; mehr;
    mehr dazu; mehr erfahren; mehr infos; mehr informationen; mehr lesen; weiter; weiterlesen; zum
    artikel;
    qui; clicca qui; cliccare qui; questo link; leggi di più; leggi tutto; continua a leggere; per
    saperne di più; scopri di più; di più;
    klik; klik hier; deze link; lees meer; lees verder; meer; meer info; meer informatie; meer
    lezen; verder lezen;
    tutaj; tu; kliknij; kliknij tutaj; kliknij tu; pod tym linkiem; ten link; czytaj więcej; czytaj
    dalej; dowiedz się więcej; więcej; zobacz więcej;
    klicka här; här; läs mer; klik her; her; læs mere; les mer; tästä; lue lisää; zde; klikněte zde; více;
    itt; kattintson ide; ide; tovább; aici; click aici; citește mai mult;
    здесь; тут; нажмите здесь; подробнее; читать далее; по ссылке; ссылка; тиснути тут; тут; детальніше;
    εδώ; κάντε κλικ εδώ; πατήστε εδώ; περισσότερα; διαβάστε περισσότερα; buraya tıklayın; burada;
    tıklayın; devamı;
    هنا; اضغط هنا; انقر هنا; المزيد; اقرأ المزيد; من هنا; כאן; לחצו כאן; לחץ כאן; קראו עוד; עוד; اینجا;
    こちら; ここ; こちらをクリック; ここをクリック; 続きを読む; 詳細; 詳しくはこちら; もっと見る;
    这里; 這裡; 点击这里; 點擊這裡; 点此; 點此; 点击此处; 更多; 阅读更多; 閱讀更多;
    여기; 여기를 클릭; 더 보기; 자세히;
    """
VAGUE = frozenset(" ".join(phrase.split()) for phrase in _VAGUE.split(";") if phrase.strip())

#: Words that point, and name nothing: a text of several words that are all of these is vague, too.
POINTING = words(
    """
    click tap press follow visit go see view check read reading find learn get continue keep open out up it
    this these that one the for to at in on our here there below above more rest whole full story article
    link page site website info information details
    haz haga clic hacer pincha pulsa pulse sigue siga visita lee leer leyendo ver saber en el la este esta
    aquí enlace página artículo más para por información
    clique clicar carregue leia ler veja saiba aqui neste nesta o a artigo mais informações
    cliquez cliquer clique suivez lire voir savoir ici ce cette lien le sur pour plus suite
    hier klicken klick klicke klickt sie auf diesen diesem dieser mehr dazu erfahren lesen weiter weiterlesen
    weiterzulesen zum zur um zu seite den die artikel infos informationen
    clicca cliccare premi vai leggi leggere scopri saperne qui questo questa di più il per pagina
    klik deze lees lezen meer verder voor om te het pagina informatie
    kliknij tutaj tu ten tym pod linkiem czytaj przeczytaj dowiedz dowiedzieć się zobacz więcej dalej aby żeby
    klicka klikk klikkaa här her tästä för att at læs læse læst läsa läs les lese mer mera mere lue lisää
    klikněte zde čtěte více pro kattintson ide itt tovább aici citește mai mult
    нажмите нажми перейдите здесь тут сюда по этой ссылке ссылка подробнее читать читайте далее узнать больше
    чтобы читати тисніть натисніть за посиланням далі докладніше детальніше більше щоб
    κάντε κλικ πατήστε διαβάστε εδώ για περισσότερα buraya burada tıklayın tıklayınız için daha fazla
    اضغط انقر اقرأ هنا من المزيد للمزيد לחצו לחץ קראו כאן עוד 여기 여기를 클릭 클릭하세요 더 보기
    """
)

# Of a service that shortens any address; a publisher's own short name says whose page it is.
SHORTENERS = words(
    """
    1url.com adf.ly b.link bit.do bit.ly bitly.com bl.ink buff.ly chilp.it clck.ru cutt.ly dlvr.it dub.sh
    goo.gl ht.ly hubs.ly ift.tt is.gd j.mp kutt.it lnkd.in mcaf.ee ow.ly po.st qr.ae rb.gy rebrand.ly s.id
    short.gy shorte.st shorturl.at snip.ly soo.gd spr.ly su.pr surl.li t.co t.ly tiny.cc tiny.one tinyurl.com
    tr.im trib.al u.to urlz.fr v.gd vk.cc x.co zpr.io
    """
)
# What a linked picture may be called to say that something opens.
LEADS = words(
    """
    article page site website web read watch listen open video film gallery map full report story album
    archive download app shop store book buy tickets register join subscribe visit go see view play podcast
    episode interview trailer menu programme program calendar link leads
    artículo página leer ver vídeo mapa abrir escuchar sitio artigo ler assistir ouvir abra
    lire voir regarder écouter ouvrir carte vidéo seite lesen ansehen hören öffnen karte zur zum
    articolo pagina leggere leggi guarda ascolta apri mappa lees bekijk luister kaart
    czytaj zobacz strona obejrzyj
    """
)
# Parts of an address that name nobody and nothing.
NO_NAME = words("www com org net edu gov html htm php asp aspx pdf the and")
