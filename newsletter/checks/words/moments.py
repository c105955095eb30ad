"""Words that are true for a while only, which a background outlives: today, this week, recently.

Patterns, matched without regard to case; ``'`` stands for either apostrophe. What is left out has another
sense as often as not, “now a museum”, “la mañana”, “am Morgen”, or lasts for a year: “last year”.
"""

from collections.abc import Mapping
from types import MappingProxyType

_TIMES = "morning|afternoon|evening"
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"

MOMENTS: Mapping[str, str] = MappingProxyType(
    {
        "en": r"currently|right now|just now|at (?:the|this) moment|at present|nowadays|these days"
        r"|(?<!what is )(?<!what are )today|tonight|tomorrow|yesterday"
        rf"|this (?:week|weekend|month|quarter|year|summer|winter|autumn|spring|{_TIMES}|{_DAYS})"
        rf"|(?<!the )(?<!its )(?<!his )(?<!her )(?<!their )"
        rf"(?:last|next) (?:week|weekend|month|night|{_DAYS})(?! of\b)"
        rf"|(?:earlier|later) this (?:week|month|year)|in (?:the )?coming (?:days|weeks|months)"
        r"|recently|lately|as of now|as we (?:write|speak|go to press)|so far this (?:year|month)",
        "es": r"actualmente|en la actualidad|hoy(?: en día)?|ahora mismo|en estos? momentos?"
        r"|(?:de|por el) momento|por ahora|ayer|anoche|esta (?:semana|mañana|tarde|noche)"
        r"|este (?:mes|año|fin de semana)"
        r"|la semana pasada|el mes pasado|la (?:próxima semana|semana próxima|semana que viene)"
        r"|el (?:próximo mes|mes (?:próximo|que viene))|recientemente|últimamente",
        "pt": r"atualmente|actualmente|na atualidade|hoje(?: em dia)?|agora mesmo|neste momento|no momento"
        r"|de momento|por enquanto|por agora|ontem|amanhã|n?esta (?:semana|manhã|tarde|noite)"
        r"|n?este (?:mês|ano|fim de semana)|(?:n?a )?semana passada|(?:n?o )?mês passado"
        r"|n?a (?:próxima semana|semana que vem)|n?o (?:próximo mês|mês que vem)"
        r"|recentemente|ultimamente",
        "fr": r"actuellement|aujourd'hui|à l'heure actuelle|en ce moment|pour (?:l'instant|le moment)|hier"
        r"|demain|cette (?:semaine|année)|ce (?:mois-ci|matin|soir|week-end)|cet après-midi"
        r"|(?:la )?semaine (?:dernière|prochaine)|le mois (?:dernier|prochain)"
        r"|récemment|dernièrement|ces (?:jours|temps)-ci|de nos jours",
        "de": r"derzeit|zurzeit|zur zeit|gegenwärtig|momentan|im (?:moment|augenblick)|heute|heutzutage"
        r"|gestern|vorgestern|übermorgen|(?:in )?diese[rs]? woche|diese[sn] (?:monat|jahr)"
        r"|in diesem (?:monat|jahr)|(?:letzte|vergangene|vorige|nächste|kommende)[rn]? woche"
        r"|(?:letzte|vergangene|vorige|nächste|kommende)[nms] monat|kürzlich|neulich|heuer"
        r"|vor kurzem|jüngst",
        "it": r"attualmente|oggi(?:giorno)?|al giorno d'oggi|adesso|in questo momento|al momento(?! del| di)"
        r"|per (?:ora|il momento)|ieri|domani|questa settimana|questo mese|quest'anno"
        r"|stamattina|stamane|stasera|stanotte"
        r"|la settimana (?:scorsa|prossima)|la (?:scorsa|prossima) settimana|il mese (?:scorso|prossimo)"
        r"|lo scorso mese|il prossimo mese"
        r"|recentemente|di recente|ultimamente",
        "nl": r"momenteel|op (?:dit|het) moment(?! van| dat)|thans|tegenwoordig|vandaag(?: de dag)?|gisteren"
        r"|eergisteren|overmorgen|vanochtend|vanmorgen|vanmiddag|vanavond|vannacht|deze (?:week|maand)"
        r"|dit (?:jaar|weekend)|(?:vorige|afgelopen|volgende|komende) (?:week|maand)"
        r"|onlangs|kortgeleden|voorlopig",
        "pl": r"obecnie|aktualnie|w tej chwili|na razie|teraz|dziś|dzisiaj|wczoraj|jutro"
        r"|w tym (?:tygodniu|miesiącu|roku)|w (?:zeszłym|ubiegłym|przyszłym) (?:tygodniu|miesiącu)"
        r"|ostatnio|niedawno",
        "sv": r"för närvarande|just nu|nuförtiden|för tillfället|i ?dag|i ?går|i ?morgon|i ?kväll|i år"
        r"|(?:den )?(?:här|denna) (?:veckan|månaden|vecka|månad)|(?:förra|nästa) (?:veckan?|månaden?|år)"
        r"|nyligen|på sistone",
        "da": r"i øjeblikket|lige nu|for tiden|for øjeblikket|nu til dags|i (?:dag|går|morgen|aften|år)"
        r"|denne (?:uge|måned)|(?:i )?(?:sidste|næste) (?:uge|måned)|for nylig|på det seneste",
        "nb": r"for øyeblikket|akkurat nå|for tiden|nåværende|i (?:dag|går|morgen|kveld|år)"
        r"|denne (?:uken|uka|måneden)|(?:forrige|neste) (?:uke|måned)|nylig|i det siste",
        "fi": r"tällä hetkellä|juuri nyt|parhaillaan|nykyisin|tänään|eilen|huomenna|tällä viikolla"
        r"|tässä kuussa|tänä vuonna|(?:viime|ensi) (?:viikolla|kuussa)|äskettäin|hiljattain",
        "cs": r"v současné době|v současnosti|právě teď|nyní|momentálně|dnes|včera|zítra"
        r"|tento (?:týden|měsíc)|letos|minulý (?:týden|měsíc)|příští (?:týden|měsíc)|nedávno",
        "tr": r"şu anda|şu an|şu sıralar|halen|bugün|dün|yarın|bu (?:hafta|ay|yıl|sabah|akşam)"
        r"|(?:geçen|gelecek|önümüzdeki) (?:hafta|ay)|geçtiğimiz (?:hafta|günlerde)|yakın zamanda"
        r"|son günlerde",
        "uk": r"зараз|наразі|нині|сьогодні|вчора|учора|завтра|цього (?:тижня|місяця|року)"
        r"|(?:минулого|наступного) (?:тижня|місяця)|нещодавно|останнім часом",
        "ko": r"현재|지금|오늘|어제|내일|이번 ?(?:주|달)|올해|지난 ?(?:주|달)|다음 ?(?:주|달)|최근",
        "ar": r"[وف]?(?:حاليا|حالياً|الآن|في الوقت (?:الحالي|الراهن)|أمس|غدا|غداً|هذا (?:الأسبوع|الشهر|العام)"
        r"|هذه السنة|الأسبوع (?:الماضي|المقبل)|الشهر (?:الماضي|المقبل)|مؤخرا|مؤخراً)",
        "he": r"כיום|כעת|כרגע|אתמול|מחר|השבוע|בשבוע (?:שעבר|הבא)|החודש|בחודש (?:שעבר|הבא)|לאחרונה",
        "ru": r"сейчас|в настоящее время|[вн]а? данный момент|сегодня|вчера|завтра|на этой неделе"
        r"|в этом (?:месяце|году)|на (?:прошлой|следующей) неделе|в (?:прошлом|следующем) месяце|недавно",
        "el": r"σήμερα|χθες|αύριο|αυτή τη στιγμή|αυτή την εβδομάδα|αυτόν τον μήνα|φέτος|προς το παρόν"
        r"|την (?:περασμένη|επόμενη) εβδομάδα|τον (?:περασμένο|επόμενο) μήνα|πρόσφατα",
        "ja": r"(?<![年月日])現在|今日|昨日|明日|今週|今月|今年|先週|先月|来週|来月|最近",
        "zh": r"目前|现在|現在|今天|昨天|明天|本周|本週|本月|今年"
        r"|上周|上週|上个月|上個月|下周|下週|下个月|下個月|最近",
    }
)  # fmt: skip

#: Languages that put no spaces between words, or join other letters to them.
UNSPACED = frozenset({"ja", "ko", "zh"})
