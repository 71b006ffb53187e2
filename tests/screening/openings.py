"""Four jobs of different kinds, as recruiters write them. One is held out: nothing is tuned with it."""

from tests.screening.facts import Must, Opening

BACKEND = Opening(
    field="backend",
    title="Python Backend Engineer",
    description="""Harbourlight Freight books berths for small ports. Eleven of us build it, in two teams.

What you will do
- Design and run the services behind our booking pages
- Look after what you shipped, with the whole team

Requirements
- At least 4 years of experience as a software or backend engineer
- Very good Python
- Django or FastAPI
- PostgreSQL
- Docker
- REST APIs
- Bachelor's degree in computer science or a related field

Nice to have
- Kubernetes
- AWS
- Redis

We offer 30 days of leave and a desk with a view of the harbour.
""",
    musts=(
        Must(text="4 years of experience", years=4),
        Must(text="Python", any_of=("Python",)),
        Must(text="Django or FastAPI", any_of=("Django", "FastAPI")),
        Must(text="PostgreSQL", any_of=("PostgreSQL",)),
        Must(text="Docker", any_of=("Docker",)),
        Must(text="REST APIs", any_of=("REST APIs",)),
        Must(text="Bachelor's degree", degree=1),
    ),
)

ANALYST = Opening(
    field="analyst",
    title="Data Analyst",
    description="""Orchard & Vine runs 60 grocery shops. You answer the questions that our buyers have.

Your profile:
* 2+ years of experience in data analysis or reporting
* Strong SQL
* Excel
* Tableau or Power BI
* Statistics or A/B testing
* Python or R
* Bachelor's degree in any quantitative subject

Ideally:
* Snowflake or BigQuery
* dbt

Benefits: fruit, as you would expect.
""",
    musts=(
        Must(text="2 years of experience", years=2),
        Must(text="SQL", any_of=("SQL",)),
        Must(text="Excel", any_of=("Excel",)),
        Must(text="Tableau or Power BI", any_of=("Tableau", "Power BI")),
        Must(text="Statistics or A/B testing", any_of=("Statistics", "A/B testing")),
        Must(text="Python or R", any_of=("Python", "R")),
        Must(text="Bachelor's degree", degree=1),
    ),
)

NURSE = Opening(
    field="nurse",
    title="Registered Nurse, Acute Ward",
    description="""St. Brannock's is a hospital with 210 beds. Ward 4 takes patients after surgery.

Essential
- Registered nurse with a valid licence
- 2 years of experience on a hospital ward
- Patient care
- Wound care
- Medication administration
- Electronic health records
- Basic life support (BLS) certification
- Bachelor's degree in nursing

Desirable
- Triage
- Mentoring of students

Shifts are planned six weeks ahead.
""",
    musts=(
        Must(text="Registered nurse", any_of=("Registered nurse",)),
        Must(text="2 years of experience", years=2),
        Must(text="Patient care", any_of=("Patient care",)),
        Must(text="Wound care", any_of=("Wound care",)),
        Must(text="Medication administration", any_of=("Medication administration",)),
        Must(text="Electronic health records", any_of=("Electronic health records",)),
        Must(text="Basic life support (BLS)", any_of=("Basic life support",)),
        Must(text="Bachelor's degree", degree=1),
    ),
)

WAREHOUSE = Opening(
    field="warehouse",
    title="Warehouse Shift Lead",
    description="""Nordkai Logistics ships spare parts for bicycles from one hall with three shifts.

What you bring
- 3 years of experience in a warehouse or a distribution centre
- Forklift licence
- Inventory management
- A warehouse management system (WMS)
- Team leadership
- Health and safety

A plus
- SAP
- Lean

You would lead twelve people and report to the site manager.
""",
    musts=(
        Must(text="3 years of experience", years=3),
        Must(text="Forklift licence", any_of=("Forklift licence",)),
        Must(text="Inventory management", any_of=("Inventory management",)),
        Must(text="Warehouse management system", any_of=("Warehouse management system",)),
        Must(text="Team leadership", any_of=("Team leadership",)),
        Must(text="Health and safety", any_of=("Health and safety",)),
    ),
    is_held_out=True,
)

OPENINGS = (BACKEND, ANALYST, NURSE, WAREHOUSE)
