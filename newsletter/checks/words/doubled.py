"""Words that stand twice in a row by mistake, and those that may: by grammar, for stress, as one name.

A small word twice is a mistake in every language here. Of the others that is certain only where nobody writes
a word twice to stress it, as Italian does: “piano piano”.
"""

from collections.abc import Mapping
from types import MappingProxyType

from newsletter.checks.visible.scan import words

#: Articles, prepositions and the like: twice they are a mistake, even where a sentence begins with one.
SMALL: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": words(
            """
            the a an of and to in on at by for with from as or but if than into onto over under about after
            before between through during without within against among it its their our my his your he
            she they we this these those which not also then
            """
        ),
        "es": words(
            """
            el la los las un una unos unas de del al a en con por para sin sobre y o se su sus lo le les pero
            como entre desde hasta es son fue era
            """
        ),
        "pt": words(
            """
            o a os as um uma de do da dos das em no na nas por para com sem sobre e ou ao à aos às pelo pela
            mas como entre desde até é são foi era
            """
        ),
        "fr": words(
            """
            le la les un une des du au aux à dans par pour sur avec sans et ou mais cet cette ces son sa ses
            leur leurs il elle se ne pas comme entre depuis
            """
        ),
        "de": words(
            """
            für und oder aber von vom mit zum zur im am bei beim seit über unter
            durch ein eine einen einem einer eines nicht auch als wie dass ob wenn er wir
            """
        ),
        "it": words(
            """
            il lo la i gli un uno una di del della dei delle degli a al alla ai alle da dal dalla in nel nella
            con su sul sulla per tra fra e o ma come è sono ha
            """
        ),
        "nl": words("de een van en of maar met naar als ook niet deze"),
        "sv": words("en ett och att eller från"),
        "da": words("en et og at eller fra"),
        "nb": words("en et og å eller fra"),
        "pl": words("i oraz w we z ze na do od po za przez dla się jest że jak ale lub"),
    }
)
#: Languages in which any other word twice is a mistake, too.
STRICT = frozenset({"en", "fr", "de", "nl", "pl"})

#: What joins its like: “on and on and on”. No two small words that are said again begin or end with these.
JOINING = words("and or but not as if than y o e ou et mais und oder aber ma i oraz pero mas och eller og")

# Among them are the particles of verbs that German and Dutch take apart: “dat gaan we op in in mei”.
_STRESSED = words(
    """
    had that her you do very many really so long far no yes ha bye blah knock tut there well wow aye hear hush
    chop cha choo yo mahi pom tuk dik chow night win again never please now fish police buffalo
    non oui si très bien plus trop tout faire vous nous en
    die der das den dem sie ihr ihnen es sehr ganz nein ja na viel bald
    dat zij het er zijn was haar u je heel nee zo
    in op aan uit voor door om af mee an auf aus ab um vor nach zu
    to co nie tak już ledwo bardzo
    muy ya casi logo já muito não sim quase che così piano via poco quasi ciao sì man mano zitto quatto lemme
    """
)
#: Sung or called out, as often as one likes.
SOUNDS = words("la na da di ho hi hey oh ah ooh um uh mm tra ta tick tock drip bang boom woof bora hip")

#: What begins a clause that may end in the verb of the next: “what it did did not help”, “ce qui est est”.
FREE_RELATIVE = words(
    "what whatever how where wherever whether there was wer wo wat wie waar co kto jak quoi"
)
RELATIVE = words("who that which it this qui que die das der dat który która które")


def may_stand_twice(word: str) -> bool:
    """Say whether a word that is no small word of a text's language may stand twice in a row.

    Words of all languages may: “vous vous” is no slip in an English text either.
    """
    return word in _STRESSED or word in SOUNDS
