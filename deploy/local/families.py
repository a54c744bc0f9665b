"""The sample counties as data: staff, pools, and four invented families, real in shape.

All persons, tribes and numbers are invented (numbers of the reserved 555-01xx range, addresses under example.org). Dates are days
relative to the day of loading, so that the sample is fresh whenever it is loaded. The families: a tribe's seat at the table (the R.
family), a grandmother with text messages only (the L. family), a weekend to be covered (the D. family), and siblings with three
parents (the K. family).
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Contact:
    """One contact point; `consent` is what the worker recorded when registering it."""

    channel: str
    value: str
    preferred: bool = True
    consent: str = "granted"


@dataclass(frozen=True)
class Hours:
    """Usual hours on some weekdays (0 is Monday), as wall time in the person's zone."""

    weekdays: tuple[int, ...]
    start: str
    end: str


@dataclass(frozen=True)
class Person:
    """Somebody to register. `key` names the person inside this file only."""

    key: str
    given: str
    family: str = ""
    born_years_ago: int | None = None
    spoken: str = "en"
    written: str = "en"
    interpreter: bool = False
    contacts: tuple[Contact, ...] = ()
    staff_id: str | None = None
    hours: tuple[Hours, ...] = ()
    busy: tuple[tuple[tuple[int, ...], str, str, str], ...] = ()
    voicemail: bool = True


@dataclass(frozen=True)
class Child:
    """A child's place in a family's work; days count from the day of loading."""

    person: str
    placement: str
    icwa: str = "does_not_apply"
    entered_days: int | None = None
    disposition_days: int | None = None


@dataclass(frozen=True)
class Member:
    """A person's place around a family."""

    person: str
    relationship: str
    side: str = "na"
    circle: str = "inner"
    support: str = "informal"
    concern: bool = False


@dataclass(frozen=True)
class Turn:
    """One member's part of a weekend: hours since Friday midnight, and who steps in, in this order."""

    person: str
    starts: int
    ends: int
    backups: tuple[str, ...] = ()


@dataclass(frozen=True)
class WeekendPlan:
    """A safety plan in force that covers every weekend from Friday evening to Sunday evening, for a month."""

    worry: str
    impact: str
    agrees: str
    turns: tuple[Turn, ...]
    monitoring: str
    backup: str
    action: str
    label: str = "Every weekend"
    starts: int = 18
    ends: int = 66
    days: int = 30


@dataclass(frozen=True)
class Family:
    """A family with its people."""

    key: str
    title: str
    unit: str
    assigned: tuple[str, ...]
    children: tuple[Child, ...]
    members: tuple[Member, ...]
    separations: tuple[tuple[str, str, str], ...] = ()
    plan: WeekendPlan | None = None


@dataclass(frozen=True)
class Resource:
    """A facilitator, room or interpreter of the county's pools."""

    key: str
    kind: str
    name: str
    person: str | None = None
    staff_id: str | None = None
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    capacity: int | None = None
    site: str | None = None
    modes: tuple[str, ...] = ("in_person", "video", "phone")
    notice_working_days: int = 0
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True)
class SampleCounty:
    """One county's sample."""

    slug: str
    people: tuple[Person, ...]
    families: tuple[Family, ...]
    resources: tuple[Resource, ...] = field(default=())


OFFICE = (Hours((0, 1, 2, 3, 4), "08:00", "18:00"),)
WEEKDAYS = (0, 1, 2, 3, 4)


def mail(address: str) -> tuple[Contact, ...]:
    """One mailbox."""
    return (Contact("email", f"{address}@example.org"),)


def text(last_four: str, consent: str = "granted") -> tuple[Contact, ...]:
    """One mobile number."""
    return (Contact("sms", f"+1916555{last_four}", consent=consent),)


def landline(last_four: str) -> tuple[Contact, ...]:
    """One number that can only be called."""
    return (Contact("voice", f"+1916555{last_four}"),)


ALDER = SampleCounty(
    slug="alder",
    people=(
        Person("amy", "Amy", "Stone", contacts=mail("amy.stone"), staff_id="amy", hours=OFFICE),
        Person("omar", "Omar", "Haddad", contacts=mail("omar.haddad"), staff_id="omar", hours=OFFICE),
        Person("jo", "Jo", "Park", contacts=mail("jo.park"), staff_id="jo", hours=OFFICE),
        Person("paz", "Paz", "Moreno", contacts=mail("paz.moreno"), staff_id="paz", hours=OFFICE),
        Person("sam", "Sam", "Fields", contacts=mail("sam.fields"), staff_id="sam", hours=OFFICE),
        Person("vera", "Vera", "Lund", contacts=mail("vera.lund"), staff_id="vera", hours=OFFICE),
        Person("elena", "Elena", "Ruiz", spoken="es", contacts=mail("elena.ruiz"), staff_id="elena", hours=OFFICE),
        # The R. family: the tribe's seat is not optional.
        Person("lila", "Lila", "R.", 7),
        Person(
            "denise",
            "Denise",
            "R.",
            29,
            contacts=mail("denise.r"),
            busy=(((0, 2, 4), "05:00", "13:00", "work"),),
        ),
        Person("mae", "Mae", "T.", 58, contacts=landline("0101")),
        Person("arlen", "Arlen", "K.", 46, contacts=mail("arlen.k"), hours=(Hours((1, 3), "09:00", "15:00"),)),
        # The L. family: text messages, in Spanish.
        Person("mateo", "Mateo", "L.", 4),
        Person("lucia", "Lucía", "L.", 24, spoken="es", written="es", contacts=mail("lucia.l")),
        Person("carmen", "Carmen", "L.", 67, spoken="es", written="es", interpreter=True, contacts=text("0131", "requested")),
        # The D. family: a weekend to be covered.
        Person("zoe", "Zoe", "D.", 3),
        Person("dana", "Dana", "D.", 27, contacts=mail("dana.d")),
        Person("rick", "Rick", "B.", 33, contacts=text("0145")),
        Person("kim", "Kim", "D.", 35, contacts=text("0141")),
        Person("abara", "Chidi", "Abara", 59, contacts=text("0142")),
        Person("luis", "Luis", "D.", 30, contacts=text("0143")),
        Person("beth", "Beth", "M.", 50, contacts=text("0144")),
        # The K. family: three parents, one table.
        Person("eli", "Eli", "K.", 12, busy=((WEEKDAYS, "08:00", "14:30", "school"),)),
        Person("mia", "Mia", "K.", 6),
        Person("leo", "Leo", "K.", 4),
        Person("kara", "Kara", "K.", 34, contacts=mail("kara.k")),
        Person("tom", "Tom", "W.", 36, contacts=mail("tom.w")),
        Person("raul", "Raúl", "S.", 35, spoken="es", written="es", interpreter=True, contacts=text("0191")),
        Person("joan", "Joan", "K.", 61, contacts=(*mail("joan.k"), Contact("voice", "+19165550192", preferred=False))),
        Person("ng", "Grace", "Ng", 44, contacts=mail("grace.ng")),
    ),
    families=(
        Family(
            "r",
            "The R. family",
            "south",
            ("jo",),
            children=(Child("lila", "relative", "reason_to_know", entered_days=-5, disposition_days=44),),
            members=(
                Member("denise", "mother"),
                Member("mae", "grandparent_maternal", "maternal"),
                Member("arlen", "tribal_member", "maternal", "middle", "formal"),
            ),
        ),
        Family(
            "l",
            "The L. family",
            "north",
            ("amy",),
            children=(Child("mateo", "home"),),
            members=(Member("lucia", "mother"), Member("carmen", "grandparent_maternal", "maternal")),
        ),
        Family(
            "d",
            "The D. family",
            "north",
            ("omar",),
            children=(Child("zoe", "home"),),
            members=(
                Member("dana", "mother"),
                Member("rick", "other", concern=True),
                Member("kim", "aunt_uncle", "maternal"),
                Member("abara", "neighbor", circle="middle"),
                Member("luis", "aunt_uncle", "maternal"),
                Member("beth", "family_friend", circle="outer"),
            ),
            plan=WeekendPlan(
                worry="Rick drinks on weekends and falls asleep while he looks after Zoe.",
                impact="Zoe is 3. She could get hurt with nobody awake to help her.",
                agrees="dana",
                turns=(
                    Turn("luis", 18, 44, ("kim", "abara")),
                    Turn("kim", 44, 56, ("abara", "luis")),
                    Turn("abara", 56, 66, ("luis", "kim")),
                ),
                monitoring="Omar calls on Saturday at noon and visits every Monday.",
                backup="Whoever finds nobody there takes Zoe along and calls Omar, or the county at night.",
                action="Stay in the home and look after Zoe",
            ),
        ),
        Family(
            "k",
            "The K. family",
            "north",
            ("paz",),
            children=(
                Child("eli", "resource_family", entered_days=-31, disposition_days=78),
                Child("mia", "relative", entered_days=-3, disposition_days=78),
                Child("leo", "relative", entered_days=-3, disposition_days=78),
            ),
            members=(
                Member("kara", "mother"),
                Member("tom", "father", "paternal"),
                Member("raul", "father", "paternal"),
                Member("joan", "grandparent_maternal", "maternal"),
                Member("ng", "resource_parent", circle="middle", support="formal"),
            ),
            separations=(("tom", "raul", "no_contact_order"),),
        ),
    ),
    resources=(
        Resource("sam", "facilitator", "Sam Fields", "sam", "sam", ("dv_trained",), ("en",), hours=OFFICE),
        Resource("vera", "facilitator", "Vera Lund", "vera", None, (), ("en",), hours=OFFICE),
        Resource(
            "elena",
            "interpreter",
            "Elena Ruiz",
            "elena",
            None,
            (),
            ("es",),
            modes=("video", "phone"),
            notice_working_days=3,
            hours=OFFICE,
        ),
        Resource("oak", "room", "Oak Room", capacity=12, site="main_office"),
        Resource("elm", "room", "Elm Room", capacity=8, site="main_office"),
        Resource("tribal", "room", "Tribal office meeting room", capacity=20, site="redwood_creek"),
    ),
)

BIRCH = SampleCounty(
    slug="birch",
    people=(
        Person("bo", "Bo", "Lindqvist", contacts=mail("bo.lindqvist"), staff_id="bo", hours=OFFICE),
        Person("fay", "Fay", "H.", 31, contacts=text("0171")),
        Person("ivy", "Ivy", "H.", 8),
    ),
    families=(Family("h", "The H. family", "east", ("bo",), children=(Child("ivy", "home"),), members=(Member("fay", "mother"),)),),
    resources=(
        Resource("finn", "facilitator", "Finn Ek", hours=OFFICE),
        Resource("ash", "room", "Ash Room", capacity=10, site="east_office"),
    ),
)

SAMPLE = (ALDER, BIRCH)
