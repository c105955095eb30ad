"""Notes between editors in other languages than English, in brackets or to a colleague by name."""

from newsletter.checks.visible.scan import MatchedPlace, compiled, in_quotation, words

# What is to be done, or is missing.
_TASKS = words(
    """
    prüfen überprüfen nachprüfen checken klären nachfragen bestätigen einsetzen einfügen ergänzen
    nachtragen fehlt fehlen folgt stimmt vérifier vérif vérifiez confirmer confirmez préciser
    compléter complétez insérer manque manquant verificar comprobar revisar confirmar completar
    insertar falta faltan inserir verificare controllare confermare completare inserire manca
    controleren nakijken checken bevestigen invullen aanvullen ontbreekt sprawdzić sprawdź uzupełnić
    uzupełnij potwierdzić проверить проверь уточнить дополнить вставить לבדוק להשלים להוסיף לאמת לאשר
    חסר تحقق التحقق للتحقق يرجى مراجعة للمراجعة لإضافة إضافة تأكيد للتأكيد ناقص check confirm verify
    missing
    """
)
_AROUND = words(
    """
    bitte noch mal nochmal zu das die der den hier nicht svp stp merci de la le les à ici por favor el
    los aquí a da o per favore il lo qui nog even graag dit hier proszę пожалуйста עוד נא את من فضلك
    please pls to the zahl zahlen name namen datum quelle zitat link bild foto alter preis chiffre
    chiffres nom date source citation lien photo prix cifra cifras dato datos nombre fecha fuente cita
    enlace foto numero nome data fonte citazione bron citaat getal naam liczba źródło data число имя
    дата источник цитата ссылка שם תאריך מקור קישור ציטוט מספר الرقم الاسم التاريخ المصدر الرابط
    الاقتباس number names facts spelling figure
    """
)
_UNSPACED = (  # Chinese, Japanese, Korean
    r"(?:请|請|待|要|需|需要|要再)?(?:确认|確認|核实|核實|查证|查證|补充|補充|核对|核對|"
    r"検証|チェック|修正|追記|확인|검토|보충)"
    r"(?:中|する|必要|する必要あり|要|してください|お願いします|お願い|필요|요망|해주세요|바랍니다)?"
    r"|未定|확인 ?(?:필요|요망)"
)
_MOST_WORDS = 5
PLEASE = (
    r"bitte|kannst du|könntest du|stp|svp|peux-tu|tu peux|pouvez-vous|por favor|puedes|podrías|puoi|potresti"
    r"|per favore|kun je|graag|proszę|пожалуйста|проверь|אנא|תוכל|תוכלי|תבדוק|تحقق|من فضلك|هل يمكنك"
    r"|请|請|麻烦|麻煩|確認|お願い"
)


def asks(place: MatchedPlace) -> bool:
    """Say whether brackets hold only what a colleague is to do: [bitte prüfen], (à vérifier), （要確認）.

    A single small word in round brackets may be an author's own: (vérifier).
    """
    inside = place.match[1].strip()
    bare = inside.strip("?!.:：？！ ")
    if compiled(_UNSPACED).fullmatch(bare):
        return True
    said = [word.strip(",?!.:").casefold() for word in bare.split()]
    if not said or len(said) > _MOST_WORDS or not all(word in _TASKS or word in _AROUND for word in said):
        return False
    alone = len(said) == 1 and place.match[0][0] in "(（"
    clear = not alone or (inside.isupper() and inside.casefold() != inside) or inside.endswith(("?", "？"))
    return any(word in _TASKS for word in said) and clear and not in_quotation(place.match)
