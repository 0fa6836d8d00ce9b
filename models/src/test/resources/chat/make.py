"""Writes rendered.json: what Hugging Face's transformers makes of the templates beside this file and of the snippets below.

python3 make.py    (with transformers; rendered.json names the versions that it was written with)

The templates and texts here were written for these tests; none is a published model's.
"""

import datetime, json, pathlib, jinja2, transformers
from transformers.utils import chat_template_utils as hf


class Day(datetime.datetime):  # strftime_now gives the same day whenever this runs
    @classmethod
    def now(cls, tz=None):
        return cls(2026, 3, 7, 9, 5, 2)


hf.datetime = Day
HERE = pathlib.Path(__file__).parent
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}

S = lambda c: {"role": "system", "content": c}
U = lambda c: {"role": "user", "content": c}
A = lambda c, **more: {"role": "assistant", "content": c, **more}
T = lambda c, **more: {"role": "tool", "content": c, **more}
call = lambda name, args, id="abcdef123": {"id": id, "type": "function", "function": {"name": name, "arguments": args}}
WEATHER = {"type": "function", "function": {"name": "weather", "description": "The weather\nof a place <today>", "parameters": {
    "type": "object", "properties": {
        "place": {"type": "string", "description": "where, e.g. \"Zürich\""},
        "unit": {"type": "string", "enum": ["C", "F"], "default": "C"},
        "days": {"type": ["integer", "null"]},
        "at": {"type": "array", "items": {"type": "object", "properties": {"hour": {"type": "integer"}}, "required": ["hour"]}},
        "near": {"oneOf": [{"type": "number"}, {"type": "array", "items": {"type": "string"}}]}},
    "required": ["place"]}}}
ADD = {"type": "function", "function": {"name": "add", "description": "Adds", "parameters": {"type": "object", "properties": {
    "a": {"type": "number"}, "b": {"type": "number"}}, "required": ["a", "b"]}}}

CONVERSATIONS = {
    "question": [U("What is 2 + 2?")],
    "rules": [S("  Be brief.\n"), U("Hi 😀 中 \"quoted\" <b>&amp;</b>")],
    "turns": [S("Be brief."), U("Hi"), A("Hello!"), U("  And now?\n")],
    "long": [U("one"), A("1"), U("two"), A("2"), U("three")],
    "thought": [U("Hi"), A("<think>\nThey greet.\n\n</think>\n\n  Hello"), U("Why?")],
    "thought-kept-apart": [U("Hi"), A("Hello", reasoning_content="\nThey greet.\n", thinking="They greet."), U("Why?")],
    "thought-opened-by-prompt": [U("Hi"), A("They greet. \n</think>\n\n\tHello \n"), U("Why?")],
    "ends-with-answer": [U("Hi"), A("<think>\nShort.\n</think>\n\nHello")],
    "calls": [S("Use tools."), U("Weather?"), A("", tool_calls=[call("weather", {"place": "Zürich", "days": 2, "x": 1.0, "y": 1e-7, "list": [1, "a", None, True], "deep": {"k": "v"}})]),
              T('{"t": 21.5}', tool_call_id="abcdef123"), A("It is 21.5 °C."), U("Thanks")],
    "two-calls": [U("Weather?"), A("I look.", tool_calls=[call("weather", {"place": "A"}), call("add", {"a": 1, "b": -2.5}, "abcdef456")]),
                  T("sunny", tool_call_id="abcdef123"), T("-1.5", tool_call_id="abcdef456")],
    "call-as-text": [U("Add"), A(None, tool_calls=[call("add", '{"a": 1}')]), T({"content": 3}, tool_call_id="abcdef123"), A("3"), U("ok")],
    "parts": [U([{"type": "text", "text": " Look: "}, {"type": "image"}, {"type": "text", "text": "What is it?"}])],
    "twice-user": [U("a"), U("b")],
    "late-system": [U("a"), A("b"), S("c"), U("d")],
    "empty": [],
    "named": [{"role": "user", "name": "Ada", "content": "Hi"}, {"role": "assistant", "name": "Bot", "content": "Hello"}, U("So?")],
    "only-tools": [T("x", tool_call_id="abcdef123")],
    "blank-lines": [U("\n\nA\n\n"), A("\nB\n"), U("")],
}
OPTIONS = [
    {"add_generation_prompt": True},
    {"add_generation_prompt": False},
    {"add_generation_prompt": True, "enable_thinking": False},
    {"add_generation_prompt": True, "enable_thinking": True, "tools": [WEATHER, ADD]},
    {"add_generation_prompt": True, "tools": [ADD], "tools_with_question": False, "reasoning_effort": "high", "today": "1 May 2026"},
]

X = {"n": None, "t": True, "f": False, "i": 7, "x": 2.5, "whole": 3.0, "big": 12345678901234567890, "small": 1e-7, "s": "Ab c", "e": "", "l": [3, 1, 2], "el": [],
     "d": {"b": 1, "a": {"c": [1, {"z": None}]}}, "ed": {}, "m": [{"role": "user", "content": "x", "n": 2}, {"role": "tool", "content": "y", "n": 1}, {"role": "user", "n": 3}],
     "u": "é😀\u2028<>&'\"\\\n\t\x01", "lines": " a\n  b \r\n\nc ", "items": "shadow", "dd": {"items": 5, "keys": 6, "get": 7}}
SNIPPETS = """
{{ n }}|{{ t }}|{{ f }}|{{ i }}|{{ x }}|{{ whole }}|{{ big }}|{{ small }}|{{ missing }}|{{ d }}|{{ l }}|{{ m[0] }}|{{ u }}
{{ [1, 'a', "b'c", 'd"e', none, true, 1.0, [], {}, (1, 2), (1,)] }}
{{ 1/2 }} {{ 4/2 }} {{ 7//2 }} {{ -7//2 }} {{ 7%3 }} {{ -7%3 }} {{ 2**10 }} {{ 2**-1 }} {{ 1e3 }} {{ 1.5e300*1e10 }} {{ 0.1+0.2 }} {{ 7.0//2 }} {{ 10 - 3 - 2 }} {{ 2*3.0 }}
{{ 'a' * 3 }} {{ [1] * 2 }} {{ [1] + [2] }} {{ 'a' ~ 1 ~ none ~ true ~ 1.0 ~ [1] }} {{ 'a' + 'b' }} {{ 1 ~ 2 }}
{{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }} {{ 1 == 1.0 }} {{ 'a' < 'b' }} {{ [1,2] == [1,2] }} {{ {'a':1} == {'a':1.0} }} {{ n == none }} {{ t == 1 }} {{ 'a' == "a" }} {{ missing == none }} {{ 1 != 2 }}
{{ 'b' in 'abc' }} {{ 2 in l }} {{ 'a' in d }} {{ 'z' not in d }} {{ not 'a' in d }} {{ 'Ab' in s and 'x' not in s }} {{ 5 in el }} {{ 'role' in m[0] }} {{ '' in s }}
{{ t and f }} {{ e or 'x' }} {{ 0 or none }} {{ l and d.b }} {{ not e }} {{ not l }} {{ not ed }} {{ not 0.0 }} {{ missing or 'gone' }} {{ (t or f) and 'yes' }}
{{ 'a' if t else 'b' }} {{ 'a' if f }}| {{ 'x' if f else 'y' if f else 'z' }} {{ ('a' if e else 'b') ~ 'c' }}
{{ l[0] }} {{ l[-1] }} {{ l[5] }}| {{ s[0] }} {{ s[-1] }} {{ d['b'] }} {{ d.b }} {{ d.a.c[1].z }} {{ d['a']['c'][0] }} {{ d.nope }}| {{ d['nope'] }}| {{ m[0]['role'] }} {{ m.0.role }}
{{ l[1:] }} {{ l[:-1] }} {{ l[::-1] }} {{ l[::2] }} {{ l[-2:] }} {{ l[2:0:-1] }} {{ s[1:3] }} {{ s[::-1] }} {{ s[:-1] }} {{ l[10:] }} {{ l[:100] }} {{ l[-100:2] }} {{ l[:] }} {{ s[-2:] }}
{{ missing is defined }} {{ n is defined }} {{ missing is undefined }} {{ n is none }} {{ missing is none }} {{ s is string }} {{ i is string }} {{ i is number }} {{ x is number }} {{ t is number }} {{ s is number }} {{ t is boolean }} {{ i is boolean }}
{{ d is mapping }} {{ l is mapping }} {{ l is sequence }} {{ s is sequence }} {{ d is sequence }} {{ i is sequence }} {{ l is iterable }} {{ s is iterable }} {{ i is iterable }} {{ d is iterable }} {{ n is iterable }} {{ i is integer }} {{ x is float }} {{ whole is integer }} {{ t is integer }}
{{ f is false }} {{ t is true }} {{ 0 is false }} {{ n is false }} {{ f is not true }} {{ i is odd }} {{ i is even }} {{ i is divisibleby 7 }} {{ i is divisibleby(2) }} {{ 'a' is lower }} {{ 'A' is upper }} {{ 1 is eq 1 }} {{ 1 is equalto(2) }} {{ 2 is gt 1 }} {{ 1 is lt(2) }} {{ 1 is ne 2 }} {{ 2 is ge 2 }} {{ 1 is in [1] }} {{ 'x' is in l }} {{ n is sameas none }} {{ s is callable }} {{ range is callable }} {{ 'upper' is filter }} {{ 'nope' is test }}
{{ not s is string }} {{ s is not string }} {{ missing is not defined or missing is none }} {{ i is number and i > 3 }} {{ d.b is defined and d.b == 1 }} {{ 1 + 1 is even }}
{{ s.upper() }} {{ s.lower() }} {{ s.title() }} {{ 'hello wORLD'.capitalize() }} {{ s.swapcase() }} {{ s.startswith('A') }} {{ s.endswith('c') }} {{ s.startswith(('x', 'A')) }} {{ s.find('c') }} {{ s.find('zz') }} {{ s.count('b') }} {{ s.replace('b', 'XX') }} {{ 'aaa'.replace('a', 'b', 2) }} {{ s.index('b') }} {{ s.rfind('b') }}
[{{ '  a b '.strip() }}][{{ '  a '.lstrip() }}][{{ ' a  '.rstrip() }}][{{ 'xxaxx'.strip('x') }}][{{ '\\n\\na \\n'.lstrip('\\n') }}][{{ 'a \\n\\n'.rstrip('\\n') }}][{{ 'abcXcba'.strip('abc') }}][{{ ' \\t\\n a\u00a0 '.strip() }}]
{{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a,b,c'.split(',', 1) }} {{ 'a.b'.split('.')[-1] }} {{ ''.split(',') }} {{ ''.split() }} {{ 'a</think>b</think>c'.split('</think>')[-1] }} {{ 'a,b,c'.rsplit(',', 1) }} {{ lines.splitlines() }} {{ 'a|b'.split('|')[0] }} {{ 'k=v=w'.partition('=') }} {{ 'k=v=w'.rpartition('=')[0] }}
{{ ', '.join(['a', 'b']) }} {{ '-'.join('abc') }} {{ '{}-{}'.format(1, 'a') }} {{ '%s:%d' % ('a', 3) }} {{ '%s' % 'x' }} {{ 'abc'.isdigit() }} {{ '12'.isdigit() }} {{ 'ab'.isalpha() }} {{ ' '.isspace() }} {{ 'Ab'.isupper() }} {{ 'ab'.islower() }} {{ 'a1'.isalnum() }} {{ 'ab'.removeprefix('a') }} {{ 'ab'.removesuffix('b') }} {{ '7'.zfill(3) }} {{ 'a'.ljust(3) }}|{{ 'a'.rjust(3) }}|{{ 'a'.center(3) }}|
{{ d.get('b') }} {{ d.get('q') }} {{ d.get('q', 'dflt') }} {{ d.keys()|list }} {{ d.values()|list }} {{ d.items()|list }} {{ m[0].get('content', '') }} {% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %} {% for k in d %}{{ k }}{% endfor %}
{{ l|length }} {{ s|length }} {{ d|count }} {{ l|first }} {{ l|last }} {{ l|sort }} {{ l|sort(reverse=true) }} {{ l|reverse|list }} {{ s|reverse }} {{ l|sum }} {{ l|max }} {{ l|min }} {{ l|join('-') }} {{ l|join }} {{ l|string }} {{ [1,1,2]|unique|list }} {{ x|round }} {{ 2.567|round(1) }} {{ 2.5|round|int }} {{ -3|abs }} {{ '3.7'|float }} {{ '42'|int }} {{ 'x'|int(5) }} {{ 3.9|int }} {{ 3|float }}
{{ s|upper }} {{ s|lower }} {{ 'a b'|title }} {{ 'a b'|capitalize }} [{{ ' a '|trim }}] [{{ 'xax'|trim('x') }}] {{ s|replace('b','c') }} {{ s|list }} {{ 'a b c'|wordcount }} {{ 'a'|center(5) }}| {{ '<b>'|e }} {{ '<b>'|escape }} {{ '<b>'|safe }} {{ 'x y'|urlencode }} {{ '<p>a</p>'|striptags }} {{ 'abcdefghij'|truncate(5) }} {{ 'abc'|batch(2)|list }} {{ '%s-%s'|format('a', 1) }} {{ d|dictsort }} {{ s|string }}
{{ missing|default('x') }} {{ e|default('x') }}| {{ e|default('x', true) }} {{ n|default('x') }} {{ n|d('x', boolean=true) }} {{ d.q|default({}) }} {{ d.q|default([])|length }} {{ f|default('x') }}
{{ m|map(attribute='role')|list }} {{ m|map(attribute='content', default='none')|list }} {{ l|map('string')|list }} {{ ['a','b']|map('upper')|join }} {{ m|selectattr('role', 'equalto', 'user')|list|length }} {{ m|rejectattr('role', 'equalto', 'user')|map(attribute='content')|list }} {{ m|selectattr('content')|list|length }} {{ m|selectattr('content', 'defined')|list|length }} {{ l|select('odd')|list }} {{ l|reject('odd')|list }} {{ [0,1,'']|select|list }} {{ m|sort(attribute='n')|map(attribute='n')|list }} {{ m|groupby('role')|list|length }} {{ m|selectattr('role', 'in', ['tool'])|list|length }} {{ m|selectattr('role','==','user')|map(attribute='n')|list }}
{{ d|tojson }} {{ u|tojson }} {{ [1, 1.0, 1.5, 1e-7, 1e20, none, true, 'a']|tojson }} {{ []|tojson }} {{ {}|tojson }} {{ s|tojson }} {{ big|tojson }} {{ n|tojson }}
{{ d|tojson(indent=2) }} {{ el|tojson(indent=4) }} {{ [1,[2,{}]]|tojson(indent=4) }} {{ d|tojson(separators=(',', ':')) }} {{ {'b':1,'a':2}|tojson(sort_keys=true) }} {{ u|tojson(ensure_ascii=true) }} {{ d|tojson(2) }}
{{ d|items|list }} {% for k, v in d|items %}{{ k }}:{{ v }} {% endfor %} {% for k, v in d|dictsort %}{{ k }}{% endfor %} {{ missing|items|list }}
{{ lines|indent(2) }}|{{ lines|indent(2, true) }}|{{ 'a\\n\\nb'|indent(width=3, first=true, blank=true) }}|{{ 'a\\nb'|indent }}
{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.cycle('a','b') }}{{ loop.depth }}{{ loop.changed(x) }};{% else %}none{% endfor %}{% for x in el %}{% else %}none{% endfor %}
{% for x in l if x > 1 %}{{ loop.index }}/{{ loop.length }}:{{ x }} {% endfor %}{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}{% for x in l %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}{% for a, b in [(1,2),(3,4)] %}{{ a+b }},{% endfor %}{% for i in range(3) %}{{ i }}{% endfor %}{% for i in range(5, 0, -2) %}{{ i }}{% endfor %}{{ range(3)|list }}
{% for x in l %}{% for y in l %}{{ loop.index }}{{ x }}{% if loop.last %}{% break %}{% endif %}{% endfor %}{% endfor %}{% set z = 1 %}{% for x in l %}{% set z = z + x %}{{ z }}{% endfor %}{{ z }}{% if true %}{% set z = 9 %}{% endif %}{{ z }}
{% set ns = namespace(a=1) %}{% for x in l %}{% set ns.a = ns.a + x %}{% endfor %}{{ ns.a }}{% set ns.b = 'new' %}{{ ns.b }}{{ ns.c is defined }}{% set ns2 = namespace({'q': 2}) %}{{ ns2.q }}{% set ns.l = [] %}{% set ns.l = ns.l + [1] %}{{ ns.l }}
{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set a, b = b, a %}{{ a }}{{ b }}{% set text %}x{{ a }}y{% endset %}{{ text }}{% set text | upper %}abc{% endset %}{{ text }}{% set q = {'a': 1, 'b': [1, 2]} %}{{ q.b[1] }}{% set t2 = (1, 'x') %}{{ t2[1] }}
{% macro f(a, b=2, c='x') %}[{{ a }},{{ b }},{{ c }}]{% endmacro %}{{ f(1) }}{{ f(1, c=3) }}{{ f(b=1, a=0) }}{{ f() }}{% macro g() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ g(1, k=2) }}{% macro h(x) %}{% if x > 0 %}{{ x }}{{ h(x - 1) }}{% endif %}{% endmacro %}{{ h(3) }}{{ f(1)|length }}{{ 'y' if f(1) }}
{% macro wrap() %}<{{ caller() }}>{% endmacro %}{% call wrap() %}in{% endcall %}{% macro rows(l) %}{% for r in l %}{{ caller(r) }}{% endfor %}{% endmacro %}{% call(r) rows([1,2]) %}({{ r }}){% endcall %}{% filter upper %}abc{{ i }}{% endfilter %}{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a }}
{% macro scoped() %}{{ i }}{{ outer }}{% endmacro %}{% set outer = 'o' %}{{ scoped() }}{% for i in [1] %}{{ scoped() }}{{ i }}{% endfor %}{% set ns = namespace(v=0) %}{% macro bump() %}{% set ns.v = ns.v + 1 %}{% endmacro %}{{ bump() }}{{ bump() }}{{ ns.v }}
{% raw %}{{ x }}{% if %}{% endraw %}{# a comment {{ x }} #}|{{ '{{' }}{{ "%}" }}{{ '#}' }}|{{ "a\\tb\\\\n\\x41\\u00e9" }}|{{ 'it''s' }}|{{ "a" 'b' }}|{{ 'a\\'b' }}|{{ 'line\nbreak' }}
{%- if t %} a {%- else -%} b {% endif -%}   c  {{- ' d ' -}}   e {#- x -#}  f
{% if i == 7 %}seven{% elif i %}some{% else %}none{% endif %}{% if not missing %}M{% endif %}{% if missing is defined and missing %}x{% endif %}{% if l and not el %}L{% endif %}{% if m[0].role == 'user' and (i > 5 or f) %}P{% endif %}{% if m[2].content %}c{% else %}nc{% endif %}{% if m[2]['content'] is not defined %}u{% endif %}
{{ raise_exception('stop ' ~ i) }}
{% if false %}{{ raise_exception('no') }}{% endif %}ok{{ (f and missing.a.b) }}{{ 'x' if t else missing.a.b }}
{{ missing.a }}
{{ missing.a.b }}
{{ d.a.q.r }}
{{ missing() }}
{{ 'a' + 1 }}
{{ l + 'a' }}
{{ n + 'a' }}
{{ missing + 'a' }}
{{ 1 + t }} {{ 'a' ~ missing }}|
{{ s|nope }}
{{ s is nope }}
{{ s.nope() }}
{{ s.nope }}| {{ i.nope }}|
{% for x in n %}{% endfor %}
{% for x in missing %}{% endfor %}ok
{% for x in 5 %}{% endfor %}
{{ n|length }}
{{ missing|length }}
{{ i|length }}
{{ n|trim }}
{{ missing|trim }}|{{ i|trim }}
{{ n.x }}|
{{ n[0] }}|
{{ n.split('a') }}
{% if %}
{% for x in l %}
{{ x
{% nope %}
{% endif %}
{{ 1 +
{{ strftime_now('%Y-%m-%d %H:%M:%S %d %b %B %a %A %j %p %I %y %m %%') }}
{{ strftime_now("%d %B %Y") }} {{ strftime_now('%-d %b') }}
{% generation %}a{{ i }}{% endgeneration %}b{% for x in l %}{% generation %}{{ x }}{% endgeneration %}{% endfor %}
{{ dict(a=1, b=2) }} {{ dict(a=1).a }} {{ namespace(a=1).a }} {{ cycler is defined }} {{ joiner is defined }} {{ lipsum is defined }} {{ range(2)|length }}
{{ 1 if 1 else 2 }}{{ -1 }}{{ +1 }}{{ - i }}{{ -i|abs }}{{ (-i)|abs }}{{ 2 - -1 }}{{ not not t }}
{{ True }} {{ False }} {{ None }} {{ true is true }} {{ none is none }} {{ 'True' == True }}
{{ 1_000 }} {{ 0x1f }} {{ 0b11 }} {{ 0o17 }} {{ 1.0 }} {{ 1.50 }} {{ 100000000000000000000 }} {{ 1e16 }} {{ 1e15 }} {{ 123456789.123 }} {{ 1e-5 }} {{ 0.0001 }}
{{ dd["items"] }} {{ dd.keys()|list }} {{ dd.get("items") }} {{ items }}
{{ [m[0], m[1]] | map(attribute='role') | join(', ') }} {{ (m | first).role }} {{ (m|last)['n'] }} {{ m[-1].n }} {{ m[loopvar|default(0)].role }} {{ m|length - 1 }} {{ m|length > 2 }} {{ (m|length) % 2 == 1 }} {{ m|length * 2 }}
{{ l|length == 3 and s|length == 4 }} {{ s|upper ~ '!' }} {{ 'a' ~ s|lower }} {{ s ~ l|length }} {{ 'x' + s|trim + 'y' }} {{ ('x' + s)|length }} {{ s|length + 1 }}
{{ {'a': 1}.a }} {{ {'a': 1}['a'] }} {{ [1,2,3][1] }} {{ 'abc'[1] }} {{ {'x': {'y': 1}}.x.y }} {{ {'a': 1, **{}} if f else 'no' }}
{{ {'k': 'v'} | tojson ~ 'x' }} {{ {'a': none}.a is none }} {{ {1: 'one'}[1] }} {{ {'a b': 1}['a b'] }} {{ {'type': 'text'}.type }} {{ {'name': 'n'}.name }}
{% set l2 = l + [4] %}{{ l2 }}{{ l }}{% set _ = l2.append(5) %}{{ l2 }}
{% do l.append(9) %}
{{ l.index(1) }} {{ l.count(3) }} {{ ['b','a']|sort|join }} {{ ['B','a']|sort }} {{ ['B','a']|sort(case_sensitive=true) }} {{ d|list }} {{ d|length }} {{ d|first }} {{ s|first }} {{ el|first }}| {{ el|last }}|
{{ x ~ '' }} {{ whole ~ '' }} {{ (i / 2) ~ '' }} {{ (8 / 2)|int }} {{ (7 / 2)|round(0, 'floor')|int }} {{ 7 // 2 }} {{ i|string ~ 'x' }} {{ '%.2f'|format(x) }} {{ '%05d'|format(i) }} {{ "%.1f" % 2.25 }}
{% if 'a' in d and d['a'] is mapping and d['a'].c|length == 2 %}deep{% endif %} {% if d.a and d.a.c and d.a.c[0] == 1 %}ok{% endif %} {% if (d.get('zz') or {}).get('y') %}no{% else %}yes{% endif %} {{ d.zz.y if d.zz else 'n' }}
{% set c = 'x' if i > 3 else 'y' %}{{ c }}{% set c = c ~ '!' %}{{ c }}{% set c %}{% for q in l %}{{ q }}{% endfor %}{% endset %}{{ c }}{{ c|length }}
{{ "
" }}|{{ '
'|length }}
""".strip("\n")
# A snippet ends where a line begins that does not belong to the one before; those of several lines are listed whole.
TAIL = SNIPPETS[SNIPPETS.index('{{ "\n"'):]
LINES = SNIPPETS[: SNIPPETS.index('{{ "\n"')].strip("\n").split("\n")
BLOCKS = [
    TAIL,
    "a\n{% if t %}\nb\n{% endif %}\nc\n",
    "  {% for x in l %}\n  {{ x }}\n  {% endfor %}\nend\n\n",
    "x  {% if t %}  y  {% endif %}  z\n  {# note #}\n  w {# note #}\nv",
    "\n\n{% set a = 1 %}\n\n{{ a }}\n\n",
    "{% macro f() %}\n  in\n{% endmacro %}\n[{{ f() }}]",
    "a {%- if t -%}\n\n b \n\n{%- endif -%}\n c",
    "a {%+ if t %} b {% endif +%}\n c\n  {%+ if t %}d{% endif %}",
    "{{- 'x' }}\n{{ 'y' -}}\n  z\n{%- set q = 1 %}\n{{ q }}",
    "{% if t %}\n    {% if t %}\n        deep\n    {% endif %}\n{% endif %}\ntail",
    "\t{% if t %}\n\ttab\n\t{% endif %}\n",
    "{# one\n two #}\nthree\n    {#- four -#}\n five",
    "a\r\n{% if t %}\r\nb\r\n{% endif %}\r\nc",
    "{% for x in l -%}\n  {{ x }},\n{%- endfor %}\n",
    "{% for x in l recursive %}{{ x }}{% endfor %}",
    "{% raw %}\n  {{ a }}\n{% endraw %}\nb",
    "{% for n in [{'v': 1, 'c': [{'v': 2, 'c': []}]}] recursive %}{{ n.v }}{{ loop(n.c) }}{{ loop.depth }}{% endfor %}",
    "{% set x = [1, 2,\n  3] %}{{ {\n 'a': 1,\n} }}{{ x }}",
    "{{ s\n  | upper\n  | lower }}",
    "{% if i > 3\n   and t %}y{% endif %}",
]


def render(template, **context):
    try:
        return {"text": hf._compile_jinja_template(template).render(**context)}
    except jinja2.TemplateError as error:
        return {"raised": str(error)} if type(error) is jinja2.TemplateError else {"error": type(error).__name__}
    except Exception as error:
        return {"error": type(error).__name__}


conversations = []
for path in sorted(HERE.glob("*.jinja")):
    for name, messages in CONVERSATIONS.items():
        for number, options in enumerate(OPTIONS):
            context = {"messages": messages, "tools": options.get("tools"), "documents": None, **TOKENS, **options}
            conversations.append({"template": path.name, "conversation": name, "options": number, **render(path.read_text(), **context)})
result = {
    "versions": {"transformers": transformers.__version__, "jinja2": jinja2.__version__},
    "tokens": TOKENS,
    "conversations": CONVERSATIONS,
    "options": OPTIONS,
    "rendered": conversations,
    "context": X,
    "snippets": [{"template": snippet, **render(snippet, **X)} for snippet in LINES + BLOCKS],
}
(HERE / "rendered.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
print(len(conversations), "conversations,", len(result["snippets"]), "snippets")
