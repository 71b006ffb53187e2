"""The vocabulary of the rules, in lower case as tokens are normalised. For matching, not a ranking."""

SKILLS = frozenset(
    """
    python|django|flask|fastapi|celery|sqlalchemy|pandas|numpy|scipy|scikit-learn|pytorch|tensorflow|keras|jax
    |java|kotlin|scala|spring|spring boot|hibernate|maven|gradle|javascript|typescript|node.js|react|react native
    |redux|vue|vue.js|angular|angularjs|svelte|next.js|express|html|css|sass|htmx|tailwind|c|c++|c#|f#|.net|asp.net
    |go|rust|ruby|ruby on rails|rails|php|laravel|symfony|perl|r|julia|matlab|haskell|elixir|erlang|swift
    |objective-c|dart|flutter|cuda|triton|onnx|bash|shell|powershell|sql|nosql|postgresql|postgres|mysql|mariadb
    |sqlite|oracle|sql server|mongodb|redis|cassandra|dynamodb|elasticsearch|opensearch|neo4j|kafka|rabbitmq|spark
    |hadoop|airflow|dbt|snowflake|bigquery|databricks|etl|aws|azure|gcp|google cloud|docker|kubernetes|helm
    |terraform|ansible|jenkins|github actions|gitlab|git|linux|unix|nginx|prometheus|grafana|ci/cd|devops|sre
    |rest|rest api|rest apis|graphql|grpc|microservices|websockets|oauth|tcp/ip|distributed systems|distributed training|ray
    |machine learning|deep learning|reinforcement learning|computer vision|natural language processing|nlp|llm|llms
    |transformers|data science|data engineering|data analysis|statistics|a/b testing|tableau|power bi|excel|looker
    |testing|unit testing|pytest|selenium|playwright|cypress|test automation|tdd|agile|scrum|kanban|jira
    |project management|product management|stakeholder management|team leadership|mentoring|security|cryptography
    |penetration testing|networking|figma|sketch|photoshop|illustrator|ui/ux|user research|accessibility|wcag
    |salesforce|sap|hubspot|crm|seo|google analytics|content marketing|copywriting|accounting|bookkeeping|ifrs|gaap
    |payroll|recruiting|negotiation|budgeting|forecasting|autocad|solidworks|plc|embedded systems|firmware|fpga
    |verilog|vhdl|robotics|ros|nursing|patient care|logistics|supply chain|procurement
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)

# Lines of work rather than tools: the subject of years or of a degree.
DOMAINS = frozenset(
    """
    machine learning|deep learning|data science|data engineering|data analysis|statistics|project management
    |product management|stakeholder management|team leadership|mentoring|security|networking|testing|unit testing
    |test automation|user research|content marketing|copywriting|accounting|bookkeeping|payroll|recruiting|negotiation
    |budgeting|forecasting|embedded systems|robotics|nursing|patient care|logistics|supply chain|procurement|devops
    |computer vision|software engineering|software development|customer service|teaching|sales|cryptography|sre
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)

DEGREES = {
    "bachelor": 1, "bachelors": 1, "bachelor's": 1, "bsc": 1, "b.sc": 1, "bs": 1, "b.s": 1, "ba": 1, "b.a": 1,
    "beng": 1, "b.eng": 1, "bba": 1, "bcom": 1, "bed": 1, "b.ed": 1, "bsn": 1, "btech": 1, "b.tech": 1, "llb": 1, "licenciatura": 1,
    "undergraduate": 1, "degree": 1, "hochschulabschluss": 1, "ma": 2, "m.a": 2, "diplom": 2, "dipl.-ing": 2, "magister": 2, "mtech": 2,
    "m.tech": 2, "m.eng": 2, "máster": 2, "postgraduate": 2, "mphil": 2, "master": 2, "masters": 2, "master's": 2, "msc": 2, "m.sc": 2, "ms": 2, "m.s": 2,
    "meng": 2, "mba": 2, "phd": 3, "ph.d": 3, "doctorate": 3, "doctoral": 3, "doctor": 3, "dphil": 3, "doktor": 3, "doctorat": 3, "doctorado": 3,
}  # fmt: skip

MUST_HEADINGS = (
    "requirements", "required", "must have", "must haves", "you must", "qualifications", "minimum qualifications",
    "basic qualifications", "skills", "required skills", "what you bring", "what you need", "what we expect",
    "what we are looking for", "what we're looking for", "your profile", "you have", "you bring", "who you are",
    "we require", "essential", "key skills", "technical skills", "the must haves",
)  # fmt: skip

NICE_HEADINGS = (
    "nice to have", "nice to haves", "preferred", "preferred qualifications", "preferred skills", "bonus",
    "bonus points", "plus", "pluses", "desirable", "optional", "good to have", "a plus", "extra credit", "ideally",
)  # fmt: skip

NEUTRAL_HEADINGS = (
    "about", "about us", "about the role", "about the team", "the role", "the team", "your role", "responsibilities",
    "key responsibilities", "what you will do", "what you'll do", "your tasks", "tasks", "duties", "benefits",
    "what we offer", "we offer", "perks", "salary", "compensation", "location", "how to apply", "apply",
    "our company", "who we are", "job description", "summary", "overview", "equal opportunity",
)  # fmt: skip

NICE_WORDS = (
    "nice to have",
    "is a plus",
    "are a plus",
    "a bonus",
    "preferred",
    "preferably",
    "desirable",
    "ideally",
)

MUST_WORDS = ("required", "must", "mandatory", "essential")

# Naming these proves nothing, so keywords say nothing about them.
SOFT = frozenset(
    """
    communication|communicator|team player|teamwork|self-starter|motivated|motivation|attention to detail|detail
    |problem solving|problem-solving|analytical|organised|organized|flexible|flexibility|proactive|interpersonal|time management
    |reliable|reliability|friendly|enthusiastic|enthusiasm|passion|passionate|attitude|mindset|willing|willingness|travel|relocate
    |relocation|weekends|weekend|overtime|shifts|lift|availability|available|presentable|teams|autonomously|independently
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)

FILLERS = frozenset(
    """
    a an the of in with to for on at and or as by from is are be have has you your we our must should can will able
    ability experience experienced experiences knowledge understanding familiarity familiar proficiency proficient
    expertise expert skill skills strong solid good great excellent proven deep hands-on working practical basic
    advanced using use such including e.g etc ideally preferably required requirement requirements plus nice who that
    this these any other similar related relevant modern least minimum years year background demonstrated
    total overall professional proficient know knows work worked previous prior recent commercial industry real-world sound thorough
    certified certification certificate kenntnisse erfahrung in mit und connaissances expérience conocimientos experiencia clear first-hand
    """.split()
)

# Skills that are also ordinary words: “excels at reacting” names neither Excel nor React.
WORDS_TOO = frozenset(
    "angular excel express flask go helm illustrator looker oracle ray react ruby rust scala shell sketch spark spring rails"
    " swift triton".split()
)

# A letter after these is not a programming language.
LETTERED = frozenset("vitamin hepatitis section class series grade plan appendix type category".split())

# Spelled like technology, but no skill.
GENERIC = frozenset(
    "api apis cv hr it us usa uk eu pm ceo cto cfo ok faq etc pto id url urls pdf gpa b2b b2c saas qa kpi kpis".split()
)

RESUME_SECTIONS = frozenset(
    """
    experience|work experience|professional experience|employment|employment history|work history|career|education
    |academic background|skills|technical skills|key skills|core competencies|projects|publications|certifications
    |certificates|languages|awards|honors|selected honors|patents|volunteering|references|summary|profile
    |professional summary|objective|interests|training|qualifications|achievements|invited talks|research
    |curriculum vitae|resume|résumé
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)

INVOICE_WORDS = (
    "invoice", "bill to", "amount due", "total due", "subtotal", "vat", "unit price", "qty", "quantity",
    "payment terms", "due date", "purchase order", "iban", "invoice number", "invoice no",
)  # fmt: skip

LETTER_OPENINGS = ("dear ", "to whom it may concern")
LETTER_CLOSINGS = (
    "sincerely", "yours faithfully", "kind regards", "best regards", "yours truly", "i look forward to",
    "i am writing to", "i am applying", "thank you for considering", "my application for",
)  # fmt: skip

TITLE_WORDS = frozenset(
    """
    engineer developer manager analyst designer consultant architect director scientist researcher intern lead head
    officer specialist administrator assistant teacher nurse accountant student freelancer founder senior junior
    technician instructor clerk helper receptionist barista worker driver operator supervisor coordinator executive trainer
    tutor guide cashier waiter waitress agent representative associate apprentice trainee secretary librarian electrician
    mechanic plumber carpenter cleaner guard owner partner president programmer adviser advisor buyer planner auditor
    principal staff chef cook graduate backend frontend science engineering curriculum vitae resume résumé cv profile summary contact address page university institute
    college school inc ltd gmbh company updated sincerely regards yours faithfully dear qty price total order number item phone email mobile portfolio linkedin github
    """.split()
)

# Ordinary words that look like misspelt names, and names that are such words.
COMMON = frozenset(
    """
    testing tasting texting training trading accounting counting security statistics networking nursing teaching sales
    redact reach scale scalar sparks panda pandas celery docked oracle kotlin puppet chef salt consul vault spine splunk
    django flash flake realm reality redis radius sales sails rails rides rapid merchant maven haven haskell
    """.split()
) - {"django", "redis", "kotlin", "haskell", "splunk"}
