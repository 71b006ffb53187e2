"""Sentences in a text that speak to a model instead of a person.

They are shown to a person and change nothing else. A résumé may speak *about* prompts: "wrote prompts for
GPT-4" is work, "ignore the previous instructions" at the start of a sentence is not. So what counts is the
addressee: an order at the start of a sentence, an address to a machine, or marks of a chat protocol.
"""

import re
import unicodedata
from collections.abc import Iterator

SENTENCES, SENTENCE_CHARS = 10, 300
TEXT_CHARS = 100_000

# Cyrillic and Greek letters that look like Latin ones; within a Latin word they are a disguise.
LOOKALIKES = str.maketrans("асеіјорѕухԁһӏΑΒΕΗΙΚΜΝΟΡΤΧΥАВСЕНІКМОРТХ", "aceijopsyxdhlABEHIKMNOPTXYABCEHIKMOPTX")

_MACHINE = (
    r"(?:an? |the |any |all |our |your )?(?:\w+ )?"
    r"(?:a\.?i\.?|llms?|(?:large )?language models?|chat ?(?:bot|gpt)s?|gpt(?:-\d\w*)?|gemini|claude|copilot"
    r"|(?:ai|virtual|digital) (?:assistant|recruiter|screener|model|system|agent|reviewer)s?"
    r"|automated (?:systems?|screeners?|readers?|reviewers?|screening\b.{0,20}))"
)
_EARLIER = r"(?:previous|prior|above|earlier|preceding|foregoing)"
_OTHER = r"(?:existing|initial|original|other|former|system)"
_ORDERS = r"(?:instructions?|prompts?|directions?|directives?|guidelines|rules|commands?|orders|criteria|constraints|context)"
_THIS_PERSON = r"(?:this|the above|the present|the) (?:\w+ )?(?:candidate|applicant|application|resume|cv|profile|person)\b"
_PRAISE = (
    r"(?:as|with|a|an|at|in|for|highly|strongly|very|above|first|top|best|excellent|perfect|outstanding|favou?rably"
    r"|positively|\d+|\W*10|\W*100|immediately|next|shortlist\w*|accepted|qualified|immer|als|mit)\b"
)
_GOOD = r"(?:short-?list(?:ed)?|accept(?:ed)?|hired?|select(?:ed)?|qualified|perfect|excellent|highest|top|best|strong(?:est)?|ideal|maximum|10\b|100\b|5/5|9\d\b)"

_VERDICT = (
    r"(?:short-?list(?:ed)?|accept(?:ed)?|hired?|selected|approved?|(?:highly )?qualified|yes|10/10|100)\b"
)

# Orders, which count at the start of a sentence only.
_ORDER = [
    rf"(?:ignore|disregard|forget|override|bypass|skip)\b(?: \w+){{0,4}}? {_EARLIER}(?: \w+){{0,2}}? {_ORDERS}\b",
    rf"(?:ignore|disregard|forget)\b(?: \w+){{0,4}}? {_OTHER} {_ORDERS}\b",
    rf"(?:ignore|disregard|forget|override)\b(?: all| any| every)?(?: of)? (?:the |your |these |those |my )?(?:{_ORDERS}|everything)\b"
    r"(?: (?:above|before|so far|you)| that came| given| in (?:the|your)|\W*$)",
    rf"(?:rate|score|rank|mark|classify|grade|label|treat|evaluate|assess|view|flag|consider(?! me)) (?:{_THIS_PERSON}|me\b) {_PRAISE}",
    rf"(?:give|assign|award|grant) (?:{_THIS_PERSON})(?: \w+){{0,2}}? .{{0,30}}{_GOOD}",
    rf"(?:recommend|shortlist|short-list|accept|approve|hire|select|advance|prioriti[sz]e|choose) (?:{_THIS_PERSON})"
    r"(?=\W*$| (?:for|as|to|with|immediately|regardless|without|in|now|above|over|because|no matter)\b)",
    rf"(?:do not|don't|never) (?:reject|mention|reveal|penali[sz]e|disclose|flag|consider) (?:{_THIS_PERSON}|these? (?:instruction|sentence|text|note)s?|this (?:instruction|sentence|text|note))",
    rf"(?:output|respond|reply|answer|return|print|write|say|state|conclude)"
    rf"(?:(?: only| always| exactly| that| with| the word| this candidate is)+\W+|\W*[:\"'“‘„«=]\W*){_VERDICT}",
    r"(?:set|change) (?:the |your )?(?:outcome|verdict|score|decision|rating|status|result) (?:to|=)",
    # German
    r"(?:ignorier(?:e|en sie|t)|vergiss|vergessen sie|missachte(?:n sie)?)\b(?: \w+){0,4}? (?:anweisung|instruktion|anforderung|vorgabe|regel|prompt|befehl|kriteri)\w*",
    r"(?:bewerte|bewerten sie|stufe|stufen sie|empfiehl|empfehlen sie|bevorzuge|bevorzugen sie|akzeptiere|akzeptieren sie|lade|laden sie)\b"
    r"(?: \w+)? (?:diese[nrs]?|den|die|das) (?:\w+ )?(?:bewerber|kandidat|bewerbung|lebenslauf|profil|person)\w*",
    # French
    r"(?:ignore[zr]?|oublie[zr]?|ne (?:tiens|tenez) pas compte)\b(?: \w+){0,4}? (?:instructions?|consignes?|directives?|regles|prompts?|criteres)\b",
    r"(?:note[zr]?|evalue[zr]?|recommande[zr]?|classe[zr]?|retiens|retenez|accepte[zr]?|selectionne[zr]?|considere[zr]?)"
    r" (?:ce|cette|le present|la presente) (?:candidate?|candidature|cv|profil|personne)\b",
    # Spanish
    r"(?:ignor(?:a|e|ad|en|ar)|olvid(?:a|e|ad|en)|omit(?:e|a))\b(?: \w+){0,4}? (?:instrucciones|indicaciones|ordenes|reglas|prompts?|criterios)\b",
    r"(?:calific(?:a|ue)|evalu(?:a|e)|puntu(?:a|e)|recomiend(?:a|e)|seleccion(?:a|e)|clasific(?:a|que)|acept(?:a|e)|consider(?:a|e))"
    r"(?: a)? (?:este|esta|el presente|la presente) (?:candidat[oa]|candidatura|solicitud|cv|curriculum|perfil|persona)\b",
]
# Addresses, which count at the start of a sentence too.
_ADDRESS = [
    rf"(?:attention|note|notes|message|instructions?|hello|hi|dear|hey)\b(?: to| for|,)? {_MACHINE}(?=\s*(?:[:,.;!(\"]|$)| [-–—]|"
    r" (?:reading|that|who|which|you|please|screening|evaluating|reviewing)\b)",
    rf"(?:if|when|since|because|as) (?:you are|you're|you were) {_MACHINE}\b",
    rf"(?:as|being) {_MACHINE},? you\b",
    r"you are (?:now |no longer |hereby )?(?:an?|the|in) (?:\w+ ){0,2}?(?:ai|assistant|language model|chatbot|recruiter|hiring manager|evaluator|screener|developer mode|dan)\b",
    rf"(?:{_THIS_PERSON}) (?:must|should|has to|needs to|shall|is to) (?:always )?be (?:rated|scored|ranked|marked|classified|shortlisted|accepted|hired|selected|recommended|approved)\b",
    r"(?:hinweis|anweisung|nachricht|achtung|an)\b(?: an| fur|,|:)? (?:die |das |den |alle )?(?:ki\b|sprachmodell|ki-\w+|chatbot)",
    r"(?:wenn|falls|da) (?:du|sie) (?:eine? )?(?:ki|sprachmodell|chatbot|kunstliche intelligenz)\b",
    r"du bist (?:jetzt |nun )?(?:eine? )?(?:ki|assistent|sprachmodell|recruiter)\w*",
    r"(?:note|message|instructions?|consignes?|attention)\b(?: a| pour|,|:)? (?:l')?(?:ia\b|le modele|un modele|intelligence artificielle)",
    r"si (?:tu es|vous etes) (?:une? )?(?:ia|modele de langage|intelligence artificielle|assistant)\b",
    r"(?:nota|mensaje|instruccion(?:es)?|atencion)\b(?: a| para|,|:)? (?:la |el )?(?:ia\b|modelo de lenguaje|inteligencia artificial)",
    r"si (?:eres|es usted|usted es) (?:una? )?(?:ia|modelo de lenguaje|inteligencia artificial|asistente)\b",
]
# Marks of chat templates and document fences; nobody writes these to a person.
_MARKS = [
    r"<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id)\|?>? ?\w",
    r"\[/?inst\] ?\w",
    r"<</?sys>>",
    r"</?(?:system|assistant|instructions?|system_prompt|document|resume)>",
    r"#{2,} ?(?:system|instructions?|new instructions?|assistant)\b ?:?",
    r"(?:system|assistant)(?: prompt| message| override| instructions?)? ?: ?(?:you|ignore|the candidate|this|always|never|rate|disregard|new|override)\b",
    r"\[?(?:begin|end|start|new) (?:of )?(?:the )?(?:system|hidden|secret) (?:prompt|message|instructions?)\b",
]
_LEAD_IN = (
    r"(?:(?:please|now|also|kindly|then|so|and|but|bitte|por favor|veuillez|s'il vous plait"
    r"|you (?:must|should|have to|will|shall|need to)(?: now)?"
    r"|(?:important|note|attention|nb|ps|p\.s\.|ai|llm|system|assistant|model|instructions?|prompt|reminder|chatgpt|gpt|user|hinweis|ki|ia|nota|wichtig)(?: \w+)? ?[:!,-])[ ,:]*){0,3}"
)
_OPENING = r"^[\s\"'“”„«»‘’(\[{*_#>•◦▪■●\-–—~=|:.!]*"
_SPOKEN = re.compile(rf"{_OPENING}{_LEAD_IN}(?:{'|'.join(_ORDER + _ADDRESS)})")
_MARKED = re.compile(rf"{_OPENING}(?:{'|'.join(_MARKS)})")
_HINTS = re.compile(  # a quick test: every pattern above contains one of these, most lines do not
    r"ignor|disregard|forget|overrid|bypass|skip|candidat|applica|resum|\bcv\b|profil|perso?n|\bme\b|output|respond|reply|answer"
    r"|return|print|write|say|state|conclude|\bset\b|change|vergess|vergiss|missacht|bewerb|lebenslauf|oubli|tiens|tenez|olvid|omit"
    r"|note|message|instruc|attention|dear|hello|\bhi\b|\bhey\b|you|being|\bas\b|\bif\b|hinweis|anweis|nachricht|achtung|wenn|falls|\bda\b|\bdu\b|\bsi\b"
    r"|nota|mensaje|atencion|consigne|solicitud|curricul|<|\[|#|system|assistant|begin|start|\bend\b|\bnew\b|empf|evalu"
)
_ENDS = re.compile(r"(?<=[.!?;])\s+|\n\s*\n")
_BULLET = re.compile(r"^\s*[•◦▪■●◆*\-–—]\s")


def instructions(text: str) -> list[str]:
    """Return the sentences of `text` that are addressed to a model, each cut to `SENTENCE_CHARS`."""
    found = []
    for sentence in _sentences(text[:TEXT_CHARS]):
        plain = _plain(sentence)
        if _HINTS.search(plain) and (_SPOKEN.match(plain) or _MARKED.match(plain)):
            found.append(sentence[:SENTENCE_CHARS])
            if len(found) == SENTENCES:
                break
    return found


def _sentences(text: str) -> Iterator[str]:
    """Yield sentences, joining wrapped lines."""
    for part in _ENDS.split(text):
        lines: list[str] = []
        for line in part.splitlines():
            if lines and (_BULLET.match(line) or line[:1].isupper() or line[:1] in "<[#"):
                yield " ".join(lines)
                lines = []
            lines.append(line.strip())
        yield " ".join(lines)


def _plain(sentence: str) -> str:
    """Fold case, accents, and letters that only look Latin."""
    if not sentence.isascii():
        if re.search(r"[A-Za-z]", sentence):
            sentence = sentence.translate(LOOKALIKES)
        decomposed = unicodedata.normalize("NFKD", sentence)
        sentence = "".join(c for c in decomposed if not unicodedata.combining(c)).replace("’", "'")
    return " ".join(sentence[:2_000].casefold().split())
