"""Vocabulary: the words by which lists in each language call their columns.

Phrases are parted by commas; capitals and accents make no difference. ``email`` are words for an address,
``around`` words that say nothing else about one. ``given`` are words for a whole name that mean the first one
in a list with a column of last names; ``family`` the other way round.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Words(NamedTuple):
    """The words of one language."""

    email: str = ""
    around: str = ""
    name: str = ""
    first: str = ""
    last: str = ""
    given: str = ""
    family: str = ""


VOCABULARY: Mapping[str, Words] = {
    "en": Words(
        email="email, emails, mail, emailaddress, emailaddresses, mailaddress, useremail, emailaddr",
        around="""e, address, addresses, addr, primary, main, value, preferred, default,
            subscriber, subscribers, user, contact, customer, member, reader, donor,
            supporter, recipient, person, people, your, my, the, of, for, home, personal,
            private, work, business, office, required, optional, mandatory, other,
            secondary, alternate, alternative, additional, second, login, account, profile,
            electronic, attendee, participant, guest,
            patron, billing, what, whats, is, please, enter, provide""",
        name="""name, fullname, full name, name full, displayname, display name, complete name,
            first and last name, first name and last name, contact name, subscriber name,
            customer name, member name, your name""",
        first="""firstname, first name, first names, fname, givenname, given name, given names,
            forename, forenames, christian name, name first""",
        last="""lastname, name last, last name, last names, lname, surname, surnames, familyname, family
            name, second name""",
    ),
    "es": Words(
        email="email, mail, correo",
        around="""direccion, electronico, electronica, de, del, principal, su, tu, personal,
            trabajo, suscriptor, usuario, contacto, cliente, obligatorio""",
        name="""nombre completo, nombre y apellido, nombre y apellidos, nombres y apellidos,
            apellidos y nombre""",
        first="nombre de pila, primer nombre",
        last="apellido, apellidos, apellido s, primer apellido, apellido paterno",
        given="nombre, nombres, nombre s",
    ),
    "pt": Words(
        email="email, mail, correio",
        around="""endereco, eletronico, eletronica, electronico, de, do, da, seu, assinante,
            usuario, utilizador, obrigatorio""",
        name="nome completo, nome e sobrenome, nome e apelido",
        first="primeiro nome, nome proprio",
        last="sobrenome, apelido, apelidos, ultimo nome",
        given="nome",
    ),
    "fr": Words(
        email="email, mail, mel, courriel, messagerie",
        around="""adresse, adresses, electronique, l, d, de, votre, abonne, utilisateur, contact,
            personnelle, professionnelle, obligatoire""",
        name="nom complet, nom et prenom, prenom et nom, nom prenom, prenom nom",
        first="prenom, prenoms",
        last="nom de famille",
        family="nom",
    ),
    "de": Words(
        email="email, mail, emailadresse, emailadressen, mailadresse, mailadressen",
        around="""adresse, elektronische, ihre, deine, die, der, abonnent, kunde, kontakt, privat,
            geschaftlich, pflichtfeld""",
        name="""name, vollstandiger name, ganzer name, vor und nachname, vor nachname, vorname nachname,
            vorname und nachname, vorname und name, name vorname""",
        first="vorname, vornamen, rufname",
        last="nachname, familienname, zuname",
    ),
    "it": Words(
        email="email, mail, posta, pec",
        around="indirizzo, elettronica, elettronico, di, tuo, iscritto, utente, obbligatorio",
        name="nome completo, nome e cognome, cognome e nome, nome cognome",
        first="nome di battesimo",
        last="cognome, cognomi",
        given="nome",
    ),
    "nl": Words(
        email="email, mail, emailadres, mailadres",
        around="adres, van, uw, je, abonnee, klant, verplicht",
        name="naam, volledige naam, voor en achternaam",
        first="voornaam, roepnaam",
        last="achternaam, familienaam",
    ),
    "pl": Words(
        email="email, mail, mejl, poczta",
        around="adres, elektroniczna, elektronicznej, elektroniczny, twoj",
        name="imie i nazwisko",
        first="pierwsze imie",
        last="nazwisko",
        given="imie",
    ),
    "sv": Words(
        email="epost, epostadress, mail, mailadress",
        around="adress, din",
        name="namn, fullstandigt namn, for och efternamn",
        first="fornamn, tilltalsnamn",
        last="efternamn",
    ),
    "da": Words(
        email="email, mail, mailadresse, emailadresse",
        around="adresse, din",
        name="navn, fulde navn, fuldt navn, for og efternavn",
        first="fornavn",
        last="efternavn, slaegtsnavn",
    ),
    "nb": Words(
        email="epost, epostadresse, epostadressen",
        around="adresse, din",
        name="navn, fullt navn, fullstendig navn, for og etternavn",
        first="fornavn",
        last="etternavn",
    ),
    "fi": Words(
        email="sahkoposti, sahkopostiosoite",
        around="osoite",
        name="nimi, koko nimi",
        first="etunimi, etunimet",
        last="sukunimi",
    ),
    "tr": Words(
        email="eposta, epostaadresi",
        around="adresi, adresiniz, adres, elektronik",
        name="ad soyad, adi soyadi, isim soyisim",
        last="soyad, soyadi, soyadiniz, soyisim",
        given="ad, adi, adiniz, isim, isminiz",
    ),
    "ru": Words(
        email="почта, почты, имейл, емейл, мейл, эмейл, емайл, имэйл",
        around="адрес, электронный, электронная, электронной, эл, ел, ваш",
        name="фио, имя и фамилия, фамилия имя, фамилия и имя, имя фамилия, полное имя",
        last="фамилия",
        given="имя",
    ),
    "uk": Words(
        email="пошта, пошти, імейл, емейл",
        around="адреса, електронна, електронної, ел, ваша",
        name="піб, ім'я та прізвище, прізвище та ім'я, повне ім'я",
        last="прізвище",
        given="ім'я",
    ),
    "el": Words(
        email="ταχυδρομειο, ταχυδρομειου",
        around="διευθυνση, ηλεκτρονικη, ηλεκτρονικο, ηλεκτρονικου",
        name="ονοματεπωνυμο",
        first="μικρο ονομα",
        last="επωνυμο, επιθετο",
        given="ονομα",
    ),
    "ja": Words(
        email="メール, メールアドレス, 電子メール, 電子メールアドレス, eメール, eメールアドレス, メアド",
        around="アドレス",
        name="名前, お名前, 氏名, フルネーム",
        first="名, 下の名前, ファーストネーム",
        last="姓, 苗字, ラストネーム",
    ),
    "zh": Words(
        email="""邮箱, 邮箱地址, 电子邮箱, 电子邮箱地址, 电子邮件, 电子邮件地址,
            邮件, 邮件地址, 电邮, 电邮地址, 郵箱, 電子郵件, 電子郵件地址,
            電子郵箱, 電郵, 電郵地址, 電子信箱, 信箱, 郵件""",
        around="地址",
        name="姓名, 全名",
        first="名, 名字",
        last="姓, 姓氏",
    ),
    "ko": Words(
        email="이메일, 이메일주소, 메일, 메일주소, 전자우편, 전자메일",
        around="주소",
        name="성명, 성함, 전체 이름",
        last="성",
        given="이름",
    ),
    "ar": Words(
        email="البريد, بريد, الايميل, ايميل",
        around="عنوان, الالكتروني, الكتروني, الخاص",
        name="الاسم, الاسم الكامل",
        first="الاسم الاول",
        last="اسم العائلة, اللقب, الاسم الاخير",
    ),
    "he": Words(
        email="דואר, דוא״ל, אימייל, מייל",
        around="כתובת, אלקטרוני",
        name="שם מלא",
        first="שם פרטי",
        last="שם משפחה",
        given="שם",
    ),
    "hi": Words(
        email="ईमेल, मेल",
        around="ई, पता",
        name="पूरा नाम",
        first="पहला नाम, प्रथम नाम",
        last="उपनाम, कुलनाम, अंतिम नाम",
        given="नाम",
    ),
    "fa": Words(
        email="ایمیل, رایانامه, پست",
        around="آدرس, نشانی, الکترونیک, الکترونیکی, شما",
        name="نام کامل, نام و نام خانوادگی",
        first="نام کوچک",
        last="نام خانوادگی, فامیلی",
        given="نام",
    ),
    "cs": Words(
        email="email, mail, emailova",
        around="adresa",
        name="cele jmeno, jmeno a prijmeni",
        first="krestni jmeno",
        last="prijmeni, priezvisko",
        given="jmeno, meno",
    ),
    "hu": Words(
        email="emailcim, email",
        around="cim",
        name="nev, teljes nev",
        first="keresztnev, utonev",
        last="vezeteknev, csaladnev",
    ),
    "ro": Words(
        email="email, mail",
        around="adresa, de",
        name="nume complet, nume si prenume",
        first="prenume",
        last="nume de familie",
        family="nume",
    ),
    "ca": Words(
        email="correu",
        around="adreca, electronic",
        name="nom complet, nom i cognoms",
        last="cognom, cognoms",
        given="nom",
    ),
    "bg": Words(email="имейл, поща", around="електронна, адрес", last="фамилно име", given="име"),
    "vi": Words(email="email", around="địa, chỉ", name="họ và tên, họ tên", first="tên", last="họ"),
    "id": Words(
        email="surel, email",
        around="alamat",
        name="nama, nama lengkap",
        first="nama depan",
        last="nama belakang",
    ),
    "th": Words(email="อีเมล", name="ชื่อ นามสกุล", last="นามสกุล", given="ชื่อ"),
}

# “Adresse électronique” has no word for mail, and is an address all the same.
ELECTRONIC = """electronico, electronica, electronique, eletronico, eletronica, elettronico, elettronica,
    elektronische, elektroniczny, elektronik, electronic, электронный, електронна, ηλεκτρονικη"""
ADDRESS = """direccion, adresse, endereco, indirizzo, adres, adress, adresi, adresa, adreca, address, адрес,
    адреса, διευθυνση"""

# Of several columns of addresses, those with one of these words come after the others.
SECOND = "other, secondary, alternate, alternative, additional, second"
