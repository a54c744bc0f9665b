"""What stands on a printed sheet and in the words read aloud, in English and Spanish: short, and fit to lie on a kitchen table.

Reading grade 6 at most. The family's own words stay as they were said. A name missing in one language stops the tests.
"""

from collections.abc import Mapping
from datetime import date, datetime
from string import Template

from babel.dates import format_date

from services.portal.domain.plan_making import rule_parts
from services.portal.domain.sheets import SheetPromise, SheetTurn
from services.portal.web.member_words import Say

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
A_MONDAY = date(2027, 3, 1)

ENGLISH: Mapping[str, str] = {
    "title": "My part",
    "heading": "$name: my part",
    "dates": "From $starts to $ends.",
    "dates_open": "From $starts on.",
    "promises": "What I said I would do",
    "asked_of": "What I was asked",
    "asked": "I have not said yes yet.",
    "resting": "This rests for now.",
    "hidden": "Ask us what this is.",
    "place": "Where: $place",
    "every_day": "Every day, $hours.",
    "every": "Every $days, $hours.",
    "and": "$first and $last",
    "hours": "$starts to $ends",
    "next": "The next times:",
    "no_times": "No times in the next 31 days.",
    "later": "And later times. You can see them on your own page.",
    "zone": "Times are $zone.",
    "steps": "My steps",
    "until": "by $day",
    "not_agreed": "I have not said yes to this yet.",
    "rules": "What we all agreed",
    "triggers": "When to call",
    "triggers_lead": "Call if you see this:",
    "told": "What we talked about",
    "cannot": "If it does not work out",
    "cannot_call": "You can’t make it, or it goes wrong? Call $number.",
    "cannot_text": "You can answer our text, too.",
    "cannot_why": "You do not have to say why. You do not need to find somebody else. We will do that.",
    "emergency": "In an emergency, call 911.",
    "tty": "For TTY, dial 711 first.",
    "printed": "Printed by $who on $day at $clock.",
    "only_for": "For $name only. Please keep it where others do not read it.",
    "aloud_hello": "This is for $name.",
    "aloud_dates": "It is about the time from $starts to $ends.",
    "aloud_dates_open": "It is about the time from $starts on.",
    "aloud_promise": "You said you would do this:",
    "aloud_asked": "We ask you to do this:",
    "aloud_where": "It is here:",
    "aloud_when": "The times are:",
    "aloud_steps": "These are your steps:",
    "aloud_rules": "This is what we all agreed:",
    "aloud_triggers": "Please call if you see this:",
    "aloud_told": "This is what we talked about:",
    "aloud_end": "Do you have any questions?",
}
SPANISH: Mapping[str, str] = {
    "title": "Mi parte",
    "heading": "$name: mi parte",
    "dates": "Del $starts al $ends.",
    "dates_open": "Desde el $starts.",
    "promises": "Lo que dije que haría",
    "asked_of": "Lo que me pidieron",
    "asked": "Todavía no he dicho que sí.",
    "resting": "Esto está en pausa.",
    "hidden": "Pregúntenos qué es.",
    "place": "Dónde: $place",
    "every_day": "Cada día, $hours.",
    "every": "Cada $days, $hours.",
    "and": "$first y $last",
    "hours": "de $starts a $ends",
    "next": "Las próximas veces:",
    "no_times": "No hay horas en los próximos 31 días.",
    "later": "Hay más horas después. Las puede ver en su página.",
    "zone": "Las horas son $zone.",
    "steps": "Mis pasos",
    "until": "hasta el $day",
    "not_agreed": "Todavía no he dicho que sí a esto.",
    "rules": "Lo que acordamos todos",
    "triggers": "Cuándo llamar",
    "triggers_lead": "Llame si ve esto:",
    "told": "De lo que hablamos",
    "cannot": "Si algo no sale bien",
    "cannot_call": "¿No puede, o algo sale mal? Llame al $number.",
    "cannot_text": "También puede responder a nuestro texto.",
    "cannot_why": "No tiene que decir por qué. No tiene que buscar a otra persona. Lo haremos nosotros.",
    "emergency": "En una emergencia, llame al 911.",
    "tty": "Para TTY, marque primero 711.",
    "printed": "Impreso por $who, $day, $clock.",
    "only_for": "Solo para $name. Guárdelo donde otros no lo lean.",
    "aloud_hello": "Esto es para $name.",
    "aloud_dates": "Es para el tiempo del $starts al $ends.",
    "aloud_dates_open": "Es para el tiempo desde el $starts.",
    "aloud_promise": "Usted dijo que haría esto:",
    "aloud_asked": "Le pedimos que haga esto:",
    "aloud_where": "Es aquí:",
    "aloud_when": "Las horas son:",
    "aloud_steps": "Estos son sus pasos:",
    "aloud_rules": "Esto es lo que acordamos todos:",
    "aloud_triggers": "Por favor llame si ve esto:",
    "aloud_told": "De esto hablamos:",
    "aloud_end": "¿Tiene alguna pregunta?",
}
CATALOGUES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "es": SPANISH}

LEFT_OUT: Mapping[str, str] = {
    "promise_words": "Words of a promise: they name somebody whom this person must not be led to.",
    "own_steps": "Steps of their own: their words name somebody, or this person takes part no longer.",
    "rules": "Some rules or signs: their words name somebody, or this person may not know them.",
    "rules_not_shared": "The plan’s rules and signs: the plan is not marked as shared with the network.",
    "others": "All other people, what they promised and when.",
    "worry_not_told": "The worry: there is no record that its words were shared with this person.",
    "later_dates": "Times after the next ten of each promise.",
}
"""What staff read beside a sheet; none of it is printed."""


class PrintSay:
    """The words of a sheet in one language, with days and hours as members' pages say them."""

    def __init__(self, language: str) -> None:
        """Take the language's catalogue; anything but ours is English."""
        self.member = Say(language)
        self.language = self.member.language
        self._words = CATALOGUES[self.language]

    def __call__(self, name: str, /, **facts: str) -> str:
        """Return a sentence with its facts."""
        return Template(self._words[name]).substitute(facts)

    def day(self, on: date) -> str:
        """Say a day within a sentence: "Saturday, March 6", "sábado 6 de marzo"."""
        if self.language == "es":
            return format_date(on, "EEEE d 'de' MMMM", locale="es_US")
        return format_date(on, "EEEE, MMMM d", locale="en_US")

    def clock(self, at: datetime) -> str:
        """Say a wall time."""
        return self.member.clock(at)

    def turn(self, turn: SheetTurn) -> str:
        """Say one time: "Saturday, March 6, 8:00 PM to 8:00 AM on Sunday"."""
        hours = self.member.stretch(turn.shown_local, turn.ends_local, is_shifted=turn.is_shifted)
        said = f"{self.day(turn.starts_local.date())}, {hours}"
        return said[0].upper() + said[1:]

    def repeats(self, promise: SheetPromise) -> str:
        """Say how a promise comes again, where that is simple enough to say; the dates are printed in any case."""
        parts = rule_parts(promise.repeats)
        hours = self("hours", starts=self.clock(promise.starts_local), ends=self.clock(promise.ends_local))
        if parts.get("INTERVAL", "1") != "1" or "COUNT" in parts:
            return ""
        if parts.get("FREQ") == "DAILY":
            return self("every_day", hours=hours)
        if parts.get("FREQ") != "WEEKLY":
            return ""
        codes = parts["BYDAY"].split(",") if "BYDAY" in parts else [_DAYS[promise.starts_local.weekday()]]
        names = [
            format_date(A_MONDAY.replace(day=1 + _DAYS.index(code)), "EEEE", locale="es_US" if self.language == "es" else "en_US")
            for code in codes
            if code in _DAYS
        ]
        days = names[0] if len(names) == 1 else self("and", first=", ".join(names[:-1]), last=names[-1])
        return self("every", days=days, hours=hours)
