"""What people of each field write: titles, employers, and sentences that show a skill in the words of the trade."""

from collections.abc import Collection
from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Skill:
    """`listed` is how it may stand in a list of skills; `shown` are sentences about work with it."""

    listed: tuple[str, ...]
    shown: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Field:
    """`beside` are titles of people who work near the field but not in it; `extras` are skills that no job must have."""

    titles: tuple[str, ...]
    beside: tuple[str, ...]
    employers: tuple[str, ...]
    skills: dict[str, Skill]
    extras: tuple[str, ...]
    duties: tuple[str, ...]
    duties_beside: tuple[str, ...]
    degrees: tuple[tuple[int, str], ...]
    no_degrees: tuple[str, ...]

    def without(self, lacked: Collection[str]) -> "Field":
        """The field of somebody whose titles and degrees must not claim what they lack."""
        told = [skill.casefold() for skill in lacked if len(skill) > 2]
        titles = tuple(title for title in self.titles if not any(skill in title.casefold() for skill in told))
        degrees = tuple(
            degree for degree in self.degrees if not any(skill in degree[1].casefold() for skill in told)
        )
        return replace(self, titles=titles, degrees=degrees)


def _skill(listed: str, *shown: str) -> Skill:
    return Skill(listed=tuple(listed.split("|")), shown=shown)


BACKEND = Field(
    titles=(
        "Backend Engineer",
        "Software Engineer",
        "Senior Backend Engineer",
        "Python Developer",
        "Software Developer",
        "Platform Engineer",
    ),
    beside=("IT Support Technician", "Frontend Developer", "Web Designer", "Network Technician"),
    employers=(
        "Tidewise Labs",
        "Pellet & Cog",
        "Umbra Payments",
        "Kestrelworks",
        "Northfold Systems",
        "Brightmole",
        "Lanternfish Software",
        "Copperline Insurance",
    ),
    skills={
        "Python": _skill(
            "Python|Python 3",
            "Wrote the settlement engine in Python 3, with types throughout.",
            "Rewrote a slow pricing job in Python; it now runs in four minutes.",
            "Moved the reporting scripts from Perl to Python.",
        ),
        "Django": _skill(
            "Django|Django 4",
            "Ran a Django monolith for 40,000 daily users.",
            "Built the back office with Django and its admin.",
            "Upgraded Django over five major versions without an outage.",
        ),
        "FastAPI": _skill(
            "FastAPI", "Built the quoting service with FastAPI.", "Split billing into three FastAPI services."
        ),
        "PostgreSQL": _skill(
            "PostgreSQL|Postgres|PostgreSQL 14",
            "Designed the PostgreSQL schema and its migrations.",
            "Cut the slowest Postgres query from 9 s to 80 ms.",
            "Partitioned a PostgreSQL table of two billion rows.",
        ),
        "Docker": _skill(
            "Docker|Docker Compose",
            "Packed every service with Docker and shrank the images by half.",
            "Set up local development in Docker Compose.",
            "Moved deployments to Docker containers.",
        ),
        "REST APIs": _skill(
            "REST APIs|REST|RESTful APIs",
            "Published REST APIs that 30 partners use.",
            "Versioned the public REST API and wrote its documentation.",
            "Designed RESTful APIs for mobile clients.",
        ),
    },
    extras=("Kubernetes", "AWS", "Redis", "Git", "Linux", "RabbitMQ", "Terraform", "pytest"),
    duties=(
        "On call one week in five; wrote the runbooks.",
        "Reviewed code and paired with two juniors.",
        "Halved the time that the build takes.",
        "Took part in incident reviews and drew the lessons.",
        "Wrote design notes before code, two pages at most.",
        "Replaced a home-made queue by a simpler table.",
        "Traced a memory leak through four releases.",
        "Interviewed about twenty applicants.",
        "Agreed on service levels with the support desk.",
        "Removed 30,000 lines that nobody called.",
        "Held the Thursday lunch talks for a year.",
        "Moved secrets out of configuration files.",
    ),
    duties_beside=(
        "Answered about 30 tickets a day in person and by phone.",
        "Laid out landing pages with HTML and CSS.",
        "Replaced switches and cables in four offices.",
        "Kept the list of laptops and licences.",
        "Showed new colleagues how the telephones work.",
        "Wrote short guides for printers and projectors.",
        "Helped to move two branch offices.",
        "Ordered hardware and compared offers.",
    ),
    degrees=(
        (1, "B.Sc. Computer Science"),
        (1, "Bachelor of Science in Software Engineering"),
        (2, "M.Sc. in Informatics"),
        (1, "BSc (Hons) Computing"),
        (2, "Master of Science, Computer Engineering"),
    ),
    no_degrees=("Higher Certificate in Information Technology", "Apprenticeship, IT systems"),
)

ANALYST = Field(
    titles=(
        "Data Analyst",
        "Business Intelligence Analyst",
        "Reporting Analyst",
        "Senior Data Analyst",
        "Insights Analyst",
    ),
    beside=("Office Administrator", "Sales Assistant", "Survey Interviewer", "Payroll Clerk"),
    employers=(
        "Meridian Grocers",
        "Oakapple Retail",
        "Fjordbank",
        "Sundial Energy",
        "Poppyfield Media",
        "Cartwheel Mobility",
        "Blue Heron Telecom",
    ),
    skills={
        "SQL": _skill(
            "SQL|SQL (window functions)",
            "Wrote the SQL behind 60 weekly reports.",
            "Tuned SQL queries over 400 million receipts.",
            "Taught two SQL courses for colleagues.",
        ),
        "Excel": _skill(
            "Excel|Microsoft Excel|MS Excel",
            "Replaced 14 Excel workbooks by one with Power Query.",
            "Modelled margins in Excel for the buyers.",
            "Kept the budget forecast in Microsoft Excel.",
        ),
        "Tableau": _skill(
            "Tableau",
            "Published Tableau dashboards that 200 people open each week.",
            "Moved the sales cockpit to Tableau.",
        ),
        "Power BI": _skill(
            "Power BI|Microsoft Power BI",
            "Built the Power BI report on stock and waste.",
            "Introduced Power BI in three departments.",
        ),
        "Statistics": _skill(
            "Statistics|Applied statistics",
            "Checked promotions with regression and other statistics.",
            "Used statistics, from confidence intervals to survival curves, to explain churn.",
        ),
        "A/B testing": _skill(
            "A/B testing|A/B tests",
            "Planned and read A/B tests for the web shop.",
            "Ran A/B testing of prices in twelve shops.",
        ),
        "Python": _skill(
            "Python|Python (pandas)",
            "Cleaned supplier data with Python and pandas.",
            "Automated the Monday figures in Python.",
        ),
        "R": _skill("R|R (tidyverse)", "Forecast demand in R.", "Wrote an R package for the pricing team."),
    },
    extras=("Snowflake", "BigQuery", "dbt", "Looker", "Git", "Google Analytics", "PowerPoint"),
    duties=(
        "Presented findings to the board every quarter.",
        "Asked buyers what they decide, before drawing anything.",
        "Wrote down where each figure comes from.",
        "Found a pricing error worth a small lorry.",
        "Merged the product lists of two acquired chains.",
        "Explained seasonal effects to the press office.",
        "Defined twelve measures that all departments share.",
        "Looked after the data dictionary.",
        "Sat with shop managers to see how they count.",
        "Estimated the effect of longer opening hours.",
        "Answered about ten questions a day, most of them the same day.",
        "Prepared the annual report on waste.",
    ),
    duties_beside=(
        "Answered the telephone and sorted the post.",
        "Entered invoices and checked them against deliveries.",
        "Helped customers find what they were looking for.",
        "Interviewed 40 households a week.",
        "Planned travel for a team of nine.",
        "Kept the meeting rooms and the calendar.",
        "Wrote minutes and sent them the same day.",
        "Took care of the petty cash.",
    ),
    degrees=(
        (1, "B.Sc. Statistics"),
        (1, "Bachelor of Arts in Economics"),
        (2, "M.Sc. Data Science"),
        (1, "BSc Mathematics"),
        (2, "Master of Science in Econometrics"),
    ),
    no_degrees=("Commercial apprenticeship, office management", "Certificate in Business Administration"),
)

NURSE = Field(
    titles=("Registered Nurse", "Staff Nurse", "Charge Nurse", "Ward Nurse", "Surgical Nurse"),
    beside=("Care Home Assistant", "Hospital Receptionist", "Pharmacy Assistant", "Household Helper"),
    employers=("St. Aldhelm's Hospital", "Larkmoor General", "Seabrook Clinic", "Vale of Tarn Infirmary", "Hospital of the Three Bridges", "Eastgate Medical Centre"),
    skills={
        "Registered nurse": _skill("Registered nurse|Registered Nurse (RN)|RN licence, valid", "Worked as a registered nurse on a surgical ward with 28 beds.", "Registered Nurse (RN) in charge of the late shift."),
        "Patient care": _skill("Patient care|Direct patient care", "Planned and gave patient care for eight people a shift.", "Took part in a study that improved patient care at night."),
        "Wound care": _skill("Wound care|Wound care and dressings", "Responsible for wound care after hip replacements.", "Taught wound care to new colleagues."),
        "Medication administration": _skill("Medication administration|Administration of medication", "Safe medication administration, oral and intravenous.", "Administered medication and recorded it at the bedside."),
        "Electronic health records": _skill("Electronic health records|Electronic health records (EHR)|EHR", "Documented in electronic health records during the round.", "Helped to introduce electronic health records on two wards.", "Trained the night staff on the new EHR."),
        "Basic life support": _skill("Basic life support (BLS)|BLS|BLS certification", "Holder of a BLS certification, renewed every year.", "Led the yearly basic life support (BLS) training of the ward."),
    },
    extras=("Triage", "Mentoring", "Infection control", "Palliative care", "IV cannulation", "Telemetry"),
    duties=("Handed over at the bedside, with the patient.", "Spoke with relatives, also when it was hard.", "Served on the committee for quiet nights.", "Kept the emergency trolley complete.", "Looked after four students in their first placement.", "Planned discharges with doctors and families.", "Wrote the ward's guide to short stays.", "Stood in for the ward manager during leave.", "Organised a monthly case review.", "Helped to plan the new ward's rooms.", "Worked nights, one week in three.", "Kept calm in the winter of the long queues."),
    duties_beside=("Served meals and helped with walking.", "Booked appointments for three doctors.", "Sorted deliveries and kept the shelves in order.", "Drove residents to the swimming pool.", "Went for walks with residents and read to them.", "Answered the door and the telephone.", "Cooked for a household of six.", "Kept the waiting room pleasant."),
    degrees=((1, "Bachelor of Science in Nursing"), (1, "B.Sc. Nursing"), (1, "BSN, Nursing"), (2, "M.Sc. Nursing Science"), (1, "Bachelor's degree in Nursing")),
    no_degrees=("Diploma in Health and Social Care", "School-leaving certificate"),
)  # fmt: skip

WAREHOUSE = Field(
    titles=("Warehouse Supervisor", "Warehouse Team Leader", "Shift Supervisor, Warehouse", "Logistics Coordinator"),
    beside=("Delivery Driver", "Market Trader", "Removal Worker", "Packer"),
    employers=("Polderpack", "Grünewald Distribution", "Harrow & Sons Haulage", "Quayside Depot", "Sextant Parts", "Ostra Cold Storage"),
    skills={
        "Forklift licence": _skill("Forklift licence|Forklift licence (counterbalance, reach)|Forklift license", "Drove reach trucks with a forklift licence renewed in time.", "Forklift licence for counterbalance trucks; trained eleven drivers."),
        "Inventory management": _skill("Inventory management|Inventory management and cycle counts", "Responsible for inventory management of 14,000 articles.", "Raised stock accuracy to 99.6 % through better inventory management."),
        "Warehouse management system": _skill("Warehouse management system (WMS)|WMS", "Introduced a warehouse management system with handhelds.", "Key user of the WMS, from goods-in to dispatch."),
        "Team leadership": _skill("Team leadership|Leading teams", "Team leadership for 15 people in two shifts.", "Took over team leadership after eight months."),
        "Health and safety": _skill("Health and safety|Health & safety", "Health and safety officer: no reportable accident in three years.", "Held the monthly health and safety briefing."),
    },
    extras=("SAP", "Lean", "5S", "Excel", "Dangerous goods", "First aid"),
    duties=("Planned the dock for 60 lorries a day.", "Cut picking errors by a third.", "Wrote the rota, fairly.", "Moved the whole hall over one weekend.", "Agreed on time slots with nine carriers.", "Introduced labels that can be read from a distance.", "Trained temporary staff before the season.", "Kept the hall at 12 degrees, also in July.", "Settled complaints about damaged goods.", "Saved a third of the packing material.", "Handed over shifts in ten minutes instead of thirty.", "Counted the slow movers and found them a home."),
    duties_beside=("Delivered parcels on foot and by van.", "Loaded and unloaded by hand.", "Sold vegetables in two towns.", "Packed gifts in the season.", "Knew every street of the district.", "Carried pianos, carefully.", "Settled accounts every evening.", "Kept the van clean and full."),
    degrees=((0, "Apprenticeship, warehouse logistics"), (0, "Vocational certificate in logistics"), (1, "B.A. Logistics"), (0, "Secondary school certificate")),
    no_degrees=("Secondary school certificate",),
)  # fmt: skip

FIELDS = {"backend": BACKEND, "analyst": ANALYST, "nurse": NURSE, "warehouse": WAREHOUSE}

ELSEWHERE = (
    ("Barista", "Café Halfmoon", ("Made coffee for 200 people before nine.", "Trained three new colleagues.")),
    ("Ski Instructor", "Piz Nevado Ski School", ("Taught children and nervous adults.", "Kept the equipment of the school.")),
    ("Bookseller", "The Paper Lantern", ("Advised customers and arranged readings.", "Ordered for the travel shelves.")),
    ("Gardener", "Municipal Parks of Altmere", ("Looked after four parks and a rose garden.", "Pruned some 300 trees a year.")),
    ("Bus Driver", "Velm Valley Transport", ("Drove lines 4 and 11, without an accident.", "Taught new drivers the routes.")),
)  # fmt: skip
SCHOOLS = (
    "University of Altmere",
    "Velm Valley University",
    "Harrowgate Polytechnic",
    "Instituto Marazul",
    "Technical University of Nordkai",
    "Lakeside College",
)
PLACES = (
    "Altmere",
    "Port Brannock",
    "Nordkai",
    "Marazul",
    "Velm",
    "Kilcorrin",
    "Sankt Ulten",
    "Bellavento",
    "New Harrow",
)
LANGUAGES = (
    "English",
    "German",
    "Spanish",
    "French",
    "Arabic",
    "Polish",
    "Hindi",
    "Swahili",
    "Turkish",
    "Portuguese",
    "Mandarin",
    "Swedish",
)
LEVELS = ("native", "fluent", "good", "basic")
INTERESTS = (
    "choir",
    "chess",
    "cycling",
    "sourdough baking",
    "birdwatching",
    "five-a-side football",
    "board games",
    "pottery",
    "hill walking",
)
