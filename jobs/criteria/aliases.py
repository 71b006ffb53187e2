"""Other names of skills, and what a skill implies. Spelled as people write them."""

from functools import cache

from jobs.criteria.tokens import words

# One line per thing. Not for things that only sound alike: Angular is not AngularJS.
SAME = """
Kubernetes|K8s
PostgreSQL|Postgres|Postgre SQL
JavaScript|JS|ECMAScript
Go|Golang
Node.js|NodeJS|Node JS
React|React.js|ReactJS
Vue|Vue.js|VueJS
AngularJS|Angular.js
Next.js|NextJS
Express|Express.js|ExpressJS
C#|CSharp|C Sharp
C++|Cpp
.NET|DotNet|.NET Core|dot net
ASP.NET|ASP.NET Core
GCP|Google Cloud|Google Cloud Platform
AWS|Amazon Web Services
Azure|Microsoft Azure
ML|machine learning
AI|artificial intelligence
NLP|natural language processing
LLM|large language model
CI/CD|CICD|continuous integration|CI
REST|REST API|RESTful|RESTful API|REST interface
SQL Server|MSSQL|MS SQL|MS SQL Server|Microsoft SQL Server
MongoDB|Mongo DB|Mongo
MySQL|My SQL
Elasticsearch|Elastic Search
RabbitMQ|Rabbit MQ
DynamoDB|Dynamo DB
BigQuery|Big Query
scikit-learn|sklearn|scikit learn
TensorFlow|Tensor Flow
PyTorch|Py Torch
Power BI|PowerBI|Microsoft Power BI
Excel|MS Excel|Microsoft Excel
Kafka|Apache Kafka
Spark|Apache Spark
Airflow|Apache Airflow
Hadoop|Apache Hadoop
HTML|HTML5
CSS|CSS3
Sass|SCSS
Ruby on Rails|Rails|RoR
Spring Boot|SpringBoot
Objective-C|ObjC|Objective C
Bash|shell scripting|shell script
Linux|GNU/Linux
unit testing|unit test
test automation|automated testing|automated test|test automatisation
TDD|test-driven development|test driven development
infrastructure as code|IaC
microservices|microservice|micro services|microservice architecture
WebSockets|WebSocket|web socket
data warehouse|data warehousing|DWH
UI/UX|UX/UI
UX|user experience
user research|UX research
Google Analytics|GA4
SEO|search engine optimization|search engine optimisation
SEM|search engine marketing
CRM|customer relationship management
ERP|enterprise resource planning
SAP|SAP ERP|SAP S/4HANA|SAP R/3|S/4HANA
QuickBooks|Quick Books
accounts payable|AP ledger
accounts receivable|AR ledger
month-end close|month end close|month-end closing|month end closing|monthly closing|month-end accounts
bookkeeping|book-keeping|bookkeeper
accounting|accountant|accountancy
nursing|nurse
registered nurse|RN
ICU|intensive care unit|intensive care
ACLS|advanced cardiac life support|advanced cardiovascular life support
BLS|basic life support
EHR|EMR|electronic health record|electronic medical record
CPA|certified public accountant
CFA|chartered financial analyst
PMP|project management professional
project management|project manager
product management|product manager
supply chain|supply chain management|SCM
inventory management|inventory control|stock management|stock control
warehouse management system|WMS
forklift license|forklift certificate|forklift certification|forklift operator|forklift driver|forklift operator license|forklift driver's license|forklift truck license|licensed forklift|Staplerschein|Gabelstaplerschein|fork-lift license
driving license|driver's license|driver license|drivers license|class B license|license class B|Führerschein|permis de conduire|permis B|carnet de conducir
HGV license|CDL|commercial driver's license|truck license|LKW-Führerschein
first aid|first aider|first-aid
health and safety|occupational safety|HSE
HACCP|hazard analysis and critical control points
software engineering|software engineer|software development|software developer|programmer
data science|data scientist
data engineering|data engineer
data analysis|data analyst|data analytics
team lead|team leader|team leadership|led a team|leading a team|leading teams
teaching|teacher
customer service|customer support|customer care
"""

# The first is a kind of the second: who knows PostgreSQL knows SQL.
KIND_OF = """
GitHub|Git
GitLab|Git
Ubuntu|Linux
Debian|Linux
RHEL|Linux
Red Hat Enterprise Linux|Linux
PySpark|Spark
PostgreSQL|SQL
MySQL|SQL
MariaDB|SQL
SQL Server|SQL
T-SQL|SQL
PL/SQL|SQL
pytest|automated testing
Selenium|test automation
Playwright|test automation
Cypress|test automation
unit testing|automated testing
Jenkins|CI/CD
GitHub Actions|CI/CD
GitLab CI|CI/CD
CircleCI|CI/CD
Terraform|infrastructure as code
EKS|Kubernetes
GKE|Kubernetes
AKS|Kubernetes
OpenShift|Kubernetes
EC2|AWS
AWS Lambda|AWS
deep learning|machine learning
PyTorch|deep learning
TensorFlow|deep learning
Keras|deep learning
PyTorch|machine learning
TensorFlow|machine learning
scikit-learn|machine learning
Spring Boot|Spring
team lead|leadership
"""

# Whoever shows the first has at least touched the second.
MADE_OF = """
Django|Python
Flask|Python
FastAPI|Python
pandas|Python
NumPy|Python
pytest|Python
PySpark|Python
Spring|Java
Spring Boot|Java
Hibernate|Java
Rails|Ruby
Ruby on Rails|Ruby
Laravel|PHP
Symfony|PHP
ASP.NET|.NET
ASP.NET|C#
.NET|C#
SQLite|SQL
Oracle|SQL
BigQuery|SQL
Snowflake|SQL
React|JavaScript
Vue|JavaScript
Angular|TypeScript
Node.js|JavaScript
TypeScript|JavaScript
Kubernetes|Docker
Helm|Kubernetes
forklift|forklift license
"""


@cache
def _groups() -> dict[tuple[str, ...], tuple[str, ...]]:
    lines = [tuple(line.split("|")) for line in SAME.split("\n") if line]
    return {words(name): names for names in lines for name in names}


def _pairs(table: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Index a table by its second column: the names in the first, with their aliases."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in filter(None, table.split("\n")):
        first, whole = line.split("|")
        names = (first, *(name for name in _groups().get(words(first), ()) if name != first))
        for other in _groups().get(words(whole), (whole,)):
            found[words(other)] = (*found.get(words(other), ()), *names)
    return found


@cache
def _kinds() -> dict[tuple[str, ...], tuple[str, ...]]:
    return _pairs(KIND_OF)


@cache
def _signs() -> dict[tuple[str, ...], tuple[str, ...]]:
    return _pairs(MADE_OF)


def aliases_of(name: tuple[str, ...]) -> tuple[str, ...]:
    """Return the other names of `name`, as people write them, and the names of its kinds."""
    same = (other for other in _groups().get(name, ()) if words(other) != name)
    return (*same, *_kinds().get(name, ()))


def signs_of(name: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that imply some of `name`: Django for Python."""
    return _signs().get(name, ())


def are_known() -> frozenset[tuple[str, ...]]:
    """Return the words of every name in a group."""
    return frozenset(_groups())
