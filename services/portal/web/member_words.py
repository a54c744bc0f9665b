"""What members read on their own page, in English and Spanish: short words, no agency, no reason, nobody else's name.

Reading grade 6 at most. A sentence that is missing in one language stops the start, so nothing is ever mixed in silently.
"""

from collections.abc import Mapping
from datetime import datetime
from string import Template

from babel.dates import format_date, format_time

LANGUAGES: Mapping[str, str] = {"en": "English", "es": "Español"}
_BABEL: Mapping[str, str] = {"en": "en_US", "es": "es_US"}

ENGLISH: Mapping[str, str] = {
    "title": "Your meeting",
    "choose_language": "Language",
    "invites": "$programme invites you to a meeting.",
    "when": "When",
    "where": "Where",
    "how": "How to join",
    "to": "$starts to $ends",
    "video": "By video. Open this link when it starts:",
    "phone": "By phone. Call this number when it starts:",
    "in_person_ask": "Call $number to ask where it is.",
    "video_ask": "By video. Call $number to ask for the link.",
    "phone_ask": "By phone. We will call you, or call $number to ask.",
    "can_you_come": "Can you come?",
    "accepted": "Yes",
    "declined": "No",
    "tentative": "I am not sure",
    "you_said": "You said: $answer.",
    "thanks_accepted": "Thank you. We will see you then.",
    "thanks_declined": "Thank you for telling us.",
    "thanks_tentative": "Thank you. Tell us when you know.",
    "change": "You can change your answer here until the meeting starts.",
    "no_more": "This meeting has started, so you cannot answer here any more. Please call us.",
    "cancelled": "This meeting is cancelled. You do not need to do anything.",
    "other_time": "Ask for another time",
    "other_time_title": "Another time",
    "other_time_words": "What time is better for you?",
    "other_time_hint": "For example: Tuesday after 4 PM.",
    "other_time_send": "Send",
    "other_time_missing": "Please write what time is better for you.",
    "time_changed": "The time changed after you opened this page. Please answer again.",
    "other_time_sent": "We got your message about another time. We will let you know. Until then the meeting stays as it is.",
    "calendar": "Add to my calendar",
    "questions": "Questions? Call $number.",
    "tty": "For TTY, dial 711 first.",
    "not_me": "This is not me",
    "not_me_title": "This is not you?",
    "not_me_ask": "If this page is not for you, tell us. We will stop sending you messages about it.",
    "not_me_yes": "This is not for me",
    "back": "Go back",
    "not_me_done": "Thank you. We will stop, and somebody will check.",
    "done_title": "Thank you",
    "remember": "Send me messages in English",
    "remembered": "We will write to you in English.",
    "gone_title": "This page is not here",
    "gone": "This link does not work, or it has ended. If you need help, call the number in your message.",
    "away_title": "Please try again",
    "away": "We cannot show this page now. Please try again in a few minutes, or call the number in your message.",
}
SPANISH: Mapping[str, str] = {
    "title": "Su reunión",
    "choose_language": "Idioma",
    "invites": "$programme le invita a una reunión.",
    "when": "Cuándo",
    "where": "Dónde",
    "how": "Cómo participar",
    "to": "de $starts a $ends",
    "video": "Por video. Abra este enlace cuando empiece:",
    "phone": "Por teléfono. Llame a este número cuando empiece:",
    "in_person_ask": "Llame al $number para saber dónde es.",
    "video_ask": "Por video. Llame al $number para pedir el enlace.",
    "phone_ask": "Por teléfono. Le llamaremos, o llame al $number.",
    "can_you_come": "¿Puede venir?",
    "accepted": "Sí",
    "declined": "No",
    "tentative": "No sé todavía",
    "you_said": "Usted dijo: $answer.",
    "thanks_accepted": "Gracias. Le esperamos.",
    "thanks_declined": "Gracias por avisarnos.",
    "thanks_tentative": "Gracias. Avísenos cuando sepa.",
    "change": "Puede cambiar su respuesta aquí hasta que empiece la reunión.",
    "no_more": "La reunión ya empezó. Ya no puede responder aquí. Por favor llámenos.",
    "cancelled": "Esta reunión está cancelada. No tiene que hacer nada.",
    "other_time": "Pedir otra hora",
    "other_time_title": "Otra hora",
    "other_time_words": "¿Qué hora es mejor para usted?",
    "other_time_hint": "Por ejemplo: martes después de las 4 PM.",
    "other_time_send": "Enviar",
    "other_time_missing": "Por favor escriba qué hora es mejor para usted.",
    "time_changed": "La hora cambió después de que abrió esta página. Por favor responda otra vez.",
    "other_time_sent": "Recibimos su mensaje sobre otra hora. Le avisaremos. Por ahora la reunión sigue igual.",
    "calendar": "Agregar a mi calendario",
    "questions": "¿Preguntas? Llame al $number.",
    "tty": "Para TTY, marque primero 711.",
    "not_me": "No soy yo",
    "not_me_title": "¿No es usted?",
    "not_me_ask": "Si esta página no es para usted, avísenos. No le mandaremos más mensajes sobre esto.",
    "not_me_yes": "No es para mí",
    "back": "Volver",
    "not_me_done": "Gracias. No le mandaremos más, y alguien lo revisará.",
    "done_title": "Gracias",
    "remember": "Mándenme mensajes en español",
    "remembered": "Le escribiremos en español.",
    "gone_title": "Esta página no está aquí",
    "gone": "Este enlace no funciona o ya terminó. Si necesita ayuda, llame al número de su mensaje.",
    "away_title": "Intente otra vez",
    "away": "No podemos mostrar esta página ahora. Intente otra vez en unos minutos, o llame al número de su mensaje.",
}
CATALOGUES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "es": SPANISH}


class Say:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        """Take the language's catalogue; anything but ours is English."""
        self.language = base_of(language)
        self._words = CATALOGUES[self.language]

    def __call__(self, name: str, **facts: str) -> str:
        """Return a sentence with its facts."""
        return Template(self._words[name]).substitute(facts)

    def day(self, at: datetime) -> str:
        """Say a day with its weekday: "Thursday, March 4" or "Jueves 4 de marzo"."""
        if self.language == "es":
            said = format_date(at.date(), "EEEE d 'de' MMMM", locale=_BABEL["es"])
            return said[0].upper() + said[1:]
        return format_date(at.date(), "EEEE, MMMM d", locale=_BABEL["en"])

    def clock(self, at: datetime) -> str:
        """Say a wall time: "2:30 PM"."""
        return format_time(at.time(), "h:mm", locale=_BABEL["en"]) + (" AM" if at.hour < 12 else " PM")


def base_of(language: str) -> str:
    """Return the language of ours that a tag belongs to: `es-MX` reads Spanish; one we do not write reads English."""
    base = language.split("-", maxsplit=1)[0].lower()
    return base if base in CATALOGUES else "en"
