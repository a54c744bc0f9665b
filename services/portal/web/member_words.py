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
    "leave": "Leave page",
    "leave_note": "“Leave page” opens a page about the weather. It does not clear your history.",
    "left_title": "This page is closed",
    "left": "You left this page. You can open it again.",
    "left_open": "Open it again",
    "times_title": "Your times",
    "asks_you": "$programme asks: can you help out at this time?",
    "also_asked": "Can you help out at this time, too?",
    "ask_by": "It helps most if you answer by $when. A later yes is still welcome.",
    "ask_late": "A yes is still welcome.",
    "yes_until": "Yes, but only until",
    "only_until": "I can stay only until",
    "choose_end": "Choose a time",
    "promise_accepted": "Thank you. It is on your list.",
    "promise_until": "Thank you. We have noted until when you can be there.",
    "promise_declined": "Thank you for telling us. You do not need to do anything.",
    "promise_unsure": "That is fine. Take your time. You can say yes or no here later, or we can call you.",
    "call_me": "Please call me",
    "change_promise": "You can still change your answer here.",
    "your_times": "Your times in the next 14 days",
    "other_times": "Your other times",
    "your_list": "Your list",
    "none_left": "There is nothing on your list in the next 14 days.",
    "later_times": "Later times: $count.",
    "show_all": "Show all times",
    "more_of_it": "More of these times",
    "turn_ok": "All good",
    "turn_cannot": "Can’t this time",
    "turn_help": "I need help",
    "turn_kept": "All went well",
    "turn_partly": "Partly",
    "turn_missed": "It did not happen",
    "how_was_it": "How did it go?",
    "told_accepted": "Thank you. We wrote down: all good.",
    "told_declined": "Thank you for telling us. You do not need to find anybody. We will do that.",
    "told_kept": "Thank you! We wrote down: all went well.",
    "told_partly_kept": "Thank you for telling us. We wrote down: partly.",
    "told_missed": "Thank you for telling us. We wrote down: it did not happen.",
    "told_help": "Thank you. Somebody will call you. If it cannot wait, call $number. In an emergency, call 911.",
    "undo_declined": "I can do it after all",
    "undo_looked": "You can still change this below.",
    "withdraw": "Take this back for good",
    "withdraw_title": "Take this back for good?",
    "withdraw_ask": "You do not have to say why. We will no longer count on you for these times. To skip only one time, go back.",
    "withdraw_yes": "Yes, take it back",
    "withdrawn": "Thank you for all you have done. You do not need to do anything. If you change your mind, call $number.",
    "times_over": "This is done. You do not need to do anything. Thank you.",
    "resting": "This rests for now. You do not need to do anything.",
    "times_changed": "Your times changed after you opened this page. Please look again.",
    "too_late": "That time is over, or it is not on your list any more. Call $number if that is wrong.",
    "until_wrong": "Please choose a time from the list.",
    "also_zone": "That is $starts ($zone).",
    "clock_change": "$clock (clock change)",
    "ends_later": "$clock on $day",
    "at_time": "$day, $clock",
    "see_words": "See what I promised",
    "see_asked": "See what this is about",
    "words_title": "What I promised",
    "digits_label": "The last 4 digits of your phone number",
    "digits_why": "We ask so that nobody else can read it on your phone.",
    "digits_send": "Show it",
    "digits_wrong": "These are not the last 4 digits of your number. Please try again.",
    "digits_missing": "Please write 4 digits.",
    "digits_locked": "There were too many wrong tries. Please wait one hour, or call $number.",
    "digits_none": "We have no phone number of yours to check. Call $number and we will tell you.",
    "words_once": "This is shown only once. Close this page when you are done.",
    "words_none": "There is nothing on your list now.",
    "error": "Error",
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
    "leave": "Salir",
    "leave_note": "“Salir” abre una página sobre el clima. No borra su historial.",
    "left_title": "Esta página está cerrada",
    "left": "Usted salió de esta página. Puede abrirla otra vez.",
    "left_open": "Abrirla otra vez",
    "times_title": "Sus horarios",
    "asks_you": "$programme le pregunta: ¿puede ayudar a esta hora?",
    "also_asked": "¿Puede ayudar también a esta hora?",
    "ask_by": "Ayuda más si responde antes de: $when. Un sí más tarde también sirve.",
    "ask_late": "Un sí todavía sirve.",
    "yes_until": "Sí, pero solo hasta",
    "only_until": "Solo puedo hasta",
    "choose_end": "Elija una hora",
    "promise_accepted": "Gracias. Ya está en su lista.",
    "promise_until": "Gracias. Anotamos hasta qué hora puede estar.",
    "promise_declined": "Gracias por avisarnos. No tiene que hacer nada.",
    "promise_unsure": "Está bien. Tome su tiempo. Puede decir sí o no aquí más tarde, o le llamamos.",
    "call_me": "Llámenme, por favor",
    "change_promise": "Todavía puede cambiar su respuesta aquí.",
    "your_times": "Sus horarios de los próximos 14 días",
    "other_times": "Sus otros horarios",
    "your_list": "Su lista",
    "none_left": "No hay nada en su lista para los próximos 14 días.",
    "later_times": "Más adelante: $count.",
    "show_all": "Ver todas las horas",
    "more_of_it": "Más de estas horas",
    "turn_ok": "Todo bien",
    "turn_cannot": "Esta vez no puedo",
    "turn_help": "Necesito ayuda",
    "turn_kept": "Todo salió bien",
    "turn_partly": "En parte",
    "turn_missed": "No se pudo",
    "how_was_it": "¿Cómo le fue?",
    "told_accepted": "Gracias. Anotamos: todo bien.",
    "told_declined": "Gracias por avisarnos. No tiene que buscar a nadie. Lo haremos nosotros.",
    "told_kept": "¡Gracias! Anotamos: todo salió bien.",
    "told_partly_kept": "Gracias por avisarnos. Anotamos: en parte.",
    "told_missed": "Gracias por avisarnos. Anotamos: no se pudo.",
    "told_help": "Gracias. Alguien le llamará. Si no puede esperar, llame al $number. En una emergencia, llame al 911.",
    "undo_declined": "Al final sí puedo",
    "undo_looked": "Todavía puede cambiarlo abajo.",
    "withdraw": "Ya no puedo seguir con esto",
    "withdraw_title": "¿Ya no puede seguir con esto?",
    "withdraw_ask": "No tiene que decir por qué. Ya no contaremos con usted a estas horas. Si solo no puede una vez, vuelva.",
    "withdraw_yes": "Sí, ya no puedo",
    "withdrawn": "Gracias por todo lo que hizo. Ya no cuenta, y no tiene que hacer nada. Si cambia de idea, llame al $number.",
    "times_over": "Esto ya terminó. No tiene que hacer nada. Gracias.",
    "resting": "Esto está en pausa. No tiene que hacer nada.",
    "times_changed": "Sus horas cambiaron después de que abrió esta página. Por favor mire otra vez.",
    "too_late": "Esa hora ya pasó, o ya no está en su lista. Llame al $number si no es así.",
    "until_wrong": "Por favor elija una hora de la lista.",
    "also_zone": "Es $starts ($zone).",
    "clock_change": "$clock (cambio de hora)",
    "ends_later": "$clock del $day",
    "at_time": "$day, $clock",
    "see_words": "Ver lo que prometí",
    "see_asked": "Ver de qué se trata",
    "words_title": "Lo que prometí",
    "digits_label": "Las últimas 4 cifras de su teléfono",
    "digits_why": "Lo pedimos para que nadie más lo lea en su teléfono.",
    "digits_send": "Mostrar",
    "digits_wrong": "No son las últimas 4 cifras de su teléfono. Intente otra vez, por favor.",
    "digits_missing": "Por favor escriba 4 cifras.",
    "digits_locked": "Hubo demasiados intentos. Espere una hora, por favor, o llame al $number.",
    "digits_none": "No tenemos un teléfono suyo para comparar. Llame al $number y se lo decimos.",
    "words_once": "Esto se muestra solo una vez. Cierre esta página cuando termine.",
    "words_none": "No hay nada en su lista ahora.",
    "error": "Error",
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

    def weekday(self, at: datetime) -> str:
        """Say a day of the week: "Sunday", "domingo"."""
        return format_date(at.date(), "EEEE", locale=_BABEL[self.language])

    def stretch(self, starts: datetime, ends: datetime, *, is_shifted: bool = False) -> str:
        """Say from when till when: "8:00 PM to 8:00 AM on Sunday"; where clocks change, that they do."""
        first = self("clock_change", clock=self.clock(starts)) if is_shifted else self.clock(starts)
        last = self.clock(ends)
        if ends.date() != starts.date():
            last = self("ends_later", clock=last, day=self.weekday(ends))
        return self("to", starts=first, ends=last)

    def clock(self, at: datetime) -> str:
        """Say a wall time: "2:30 PM"."""
        return format_time(at.time(), "h:mm", locale=_BABEL["en"]) + (" AM" if at.hour < 12 else " PM")


def base_of(language: str) -> str:
    """Return the language of ours that a tag belongs to: `es-MX` reads Spanish; one we do not write reads English."""
    base = language.split("-", maxsplit=1)[0].lower()
    return base if base in CATALOGUES else "en"
