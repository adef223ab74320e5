"""What a name or a label says about the value that stands under it: that it is private, and of which kind."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

Kind = Literal[
    "address", "mac", "serial", "host", "user", "mail", "token", "certificate", "key", "fingerprint", "password", "name", "id"
]  # fmt: skip
SECRETS: tuple[Kind, ...] = ("password", "token", "key")  # these let somebody in

# Names that everybody has, and words that stand for no value.
EVERYBODYS = frozenset(
    ("admin", "root", "user", "guest", "default", "operator", "viewer", "system", "service", "anonymous", "administrator")
) | frozenset(
    ("true", "false", "null", "none", "undefined", "888888", "666666", "localhost", "auto", "public", "unknown", "nvr", "dvr")
)
# Recorders write DeviceName, device_name and Device Name.
_WHAT: tuple[tuple[Kind, str], ...] = (
    ("serial", r"serial[ _-]?(no|num|number|nr)?\.?$|^(sn|s/n|device ?id|deviceid|devsn|p2p(uid)?|uid|qr ?code)$"),
    ("serial", "序列号|número de serie|seriennummer"),
    ("mac", r"(^|_|\b)mac( ?addr(ess)?)?$|physical ?addr(ess)?|物理地址"),
    ("mail", r"e-?mail|receivers?$|sender"),
    ("user", r"(user|login|account) ?_?name$|^(user|owner|nutzername|benutzername|nombre de usuario|用户名)$"),
    ("host", r"(host|machine|domain|server|sys) ?_?name$|^ssid$|hostname"),
    (
        "name",
        r"(device|dev|channel|camera|cam|site|station|location|contact|room|recorder|nvr|dvr|ipc) ?_?(name|title|alias|label)$",
    ),
    ("name", r"^(alias|location|sys ?location|sys ?contact|gerätename|kanalname|kameraname|nombre del? (dispositivo|canal))$"),
    ("name", "^(设备名称|通道名称)$"),
    ("token", r"(token|session ?_?(id)?|nonce|csrf|xsrf|secret|psk|community|passphrase|license)$|(^|[^s])sid$"),
    ("token", r"(activation ?_?code|(auth|api|access|session|stream|license) ?_?key)$"),
    ("password", r"passw(or)?d$|^pwd$|passwort|contraseña|密码|(^|[ _-])(pin|puk)([ _-]?code)?$"),
    ("password", r"(wifi|wlan|wpa2?|wep|aes|crypt\w*|encryption|enc|shared|secret|private|ssh|network) ?[_-]?key$"),
)
_MEANS = tuple((kind, re.compile(words, re.I)) for kind, words in _WHAT)
_PORT = re.compile(r"(?<![a-z])ports?(?![a-z])|(?<=[a-z])(?-i:Port)(?![a-z])|端口|puerto", re.I)
# The words of a field that holds a secret: in names, ids and labels, in English, German, Spanish and Chinese.
_SECRET = re.compile(
    r"api ?key|token|secret|passw|pass ?phrase|pass ?code|private ?key|community|\b(psk|puk)\b|\bpin( ?(code|number|nr|码))?$"
    r"|(?<!public )(?<!primary )\bkeys?( \d+)?( ?\(.*)?$"
    r"|(wifi|wlan|wpa2?|wep|aes|auth|enc|crypt\w*|shared|access|ssh|license)key\b"
    r"|\b(activation|verification|verify|security|access|unlock|encryption|auth) ?code$"
    r"|kennwort|geheim|(?<!öffentlicher )schl(ü|ue)ssel( \d+)?$|(aktivierungs|sicherheits|zugangs|verifizierungs)code$"
    r"|contrase|secret[oa]|frase de paso|comunidad|(?<!palabra )(?<!de )(?<!la )\bclave\b(?! p[uú]blica)"
    r"|c[oó]digo de (activ|segur|acc|verif|pin)"
    r"|密码|口令|令牌|(?<!公)密钥$|秘钥|私钥|验证码|安全码|校验码|激活码|团体[名字]|共同体|pin码"
)
_FACTORY = re.compile(r"^(channel|camera|cam|ch|ipc|canal|kanal|通道|d|a)[ _-]?\d{1,3}$|^\W*$|^\d{1,5}$", re.I)
_SHAPES: dict[Kind, re.Pattern[str]] = {
    "mail": re.compile("@"),
    "mac": re.compile(r"^[0-9A-Fa-f]{2}([:.-]?[0-9A-Fa-f]{2}){5}$"),
    "serial": re.compile(r"^(?=.*\d)[\w/.+-]{5,}$"),
    "token": re.compile(r"^\S{6,}$"),
    "password": re.compile(r"^.{4,}$"),
}
_LONGEST = 80  # characters
_LONGEST_SECRET = 4000


@lru_cache(maxsize=20_000)
def meaning(words: str) -> Kind | None:
    """The kind of private data that a field's name or label announces; None if it announces none."""
    said = re.sub(r"\s*[:：*]+\s*$", "", words.strip())
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", said.rpartition(".")[2] or said)
    return next((kind for kind, pattern in _MEANS if pattern.search(said) or pattern.search(spaced)), None)


@lru_cache(maxsize=20_000)
def is_secret(words: str) -> bool:
    """Whether a field's name, id or label says that it holds what lets somebody in: a password, a key, a PIN, a token."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", words)
    said = re.sub(r"[\s_./:：*=-]+", " ", spaced).strip().casefold()
    return _SECRET.search(said) is not None


def is_worth(kind: Kind, value: str) -> bool:
    """Whether a value under such a name is one, and nothing that each recorder has: no number of a channel, no default."""
    longest = _LONGEST_SECRET if kind in SECRETS else _LONGEST
    shape = _SHAPES.get(kind)
    return len(value) <= longest and not _FACTORY.match(value) and (shape is None or shape.search(value) is not None)


def names_a_port(words: str) -> bool:
    """Whether a label, a key or an id says that a field holds the number of a port."""
    return _PORT.search(words) is not None
