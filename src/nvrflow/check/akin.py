"""Whether two labels may name one control: by their whole words, and never across two different actions.

Letters alone say little: "Port" and "Export" are alike by 82 %, "Delete Root Certificate" and "Export Root Certificate" by 83 %.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

# Verbs that change or end something, by what they do, in the languages of the shipped selector files. A button that does one of
# these is never taken for a button that does not. Sources: the labels of the shipped simulated recorders, and those in the
# manuals that docs/firmwares.md names.
_ACTIONS = {
    "delete": "delete remove erase clear empty löschen entfernen leeren eliminar borrar quitar vaciar 删除 清除 清空 移除",
    "reset": "reset restore default defaults factory initialize zurücksetzen wiederherstellen standard werkseinstellungen "
    "restablecer restaurar predeterminado fábrica 恢复 重置 默认 出厂 初始化",
    "import": "import upload importieren hochladen importar subir cargar 导入 上传",
    "format": "format formatieren formatear 格式化",
    "restart": "restart reboot neustart neustarten reiniciar 重启 重新启动",
    "stop": "shutdown stop halt poweroff herunterfahren ausschalten anhalten apagar detener 关机 停止 关闭",
    "disable": "disable deactivate deaktivieren deshabilitar desactivar 禁用 停用",
    "leave": "logout logoff exit abmelden beenden salir 退出 注销",
    "upgrade": "upgrade update aktualisieren actualizar 升级 更新",
    "cancel": "cancel abort abbrechen cancelar 取消",
    "create": "create new add generate erstellen neu hinzufügen crear nuevo agregar generar 创建 新建 添加 生成",
}
_OF_WORD = {word: action for action, words in _ACTIONS.items() for word in words.split()}
_IN_ONE_SCRIPT = [word for word in _OF_WORD if not word.isascii() and re.fullmatch(r"[\u4e00-\u9fff]+", word)]
_TOGETHER = ((r"\blog ?(out|off)\b|\bsign ?out\b", "logout"), (r"\bshut ?down\b|\bpower ?off\b", "shutdown"))
_PROTOCOLS = {"http", "rtsp", "smtp", "snmp"}  # https is another one
_LONG = 6  # letters from which two words may be one with another ending, or a typing error
_SAME_WORD = 0.8
SWAPPED = 0.7  # the most that labels are alike of which each has an abbreviation or a number that the other does not have
_STRANGERS = 0.3  # and that labels are without a common word


def actions_in(label: str) -> frozenset[str]:
    """What the verbs in a label do."""
    text = label.casefold()
    for pattern, word in _TOGETHER:
        text = re.sub(pattern, word, text)
    found = {_OF_WORD[word] for word in _words(text) if word in _OF_WORD}
    return frozenset(found | {_OF_WORD[word] for word in _IN_ONE_SCRIPT if word in text})


def other_action(name: str, known: Iterable[str]) -> str:
    """What the label `name` does that none of the known labels of the element does; empty if there is no such thing."""
    return next(iter(sorted(actions_in(name) - frozenset().union(*map(actions_in, known)))), "")


def likeness(word: str, name: str) -> float:
    """How much a name on the page is like a word of the file, from 0 to 1; a name that only holds the word is not the same."""
    one, other = word.casefold().strip(" :*"), name.casefold().strip(" :*")
    if one == other:
        return 1.0
    alike = difflib.SequenceMatcher(None, one, other).ratio()
    holds = len(one) > 2 and re.search(rf"(?<!\w){re.escape(one)}(?!\w)", other) is not None
    return min(max(alike, 0.6) if holds else alike, _limit(word, name))


def plain_label(label: str) -> str:
    """A label as labels are compared: small letters, single spaces, without the colon or star behind it."""
    return " ".join(label.casefold().split()).strip(" :*：")


def _limit(one: str, other: str) -> float:
    """How much two labels can be alike, by their words."""
    left, right = _words(one), _words(other)
    if not left or not right or re.search(r"[\u4e00-\u9fff]", one + other):
        return 1.0  # words are not apart in every script
    only_left = [word for word in left if not any(_is_one(word, each) for each in right)]
    only_right = [word for word in right if not any(_is_one(word, each) for each in left)]
    if len(only_left) == len(left):
        return _STRANGERS
    is_swapped = bool(only_left and only_right) and any(map(_is_short_form, (*only_left, *only_right)))
    return SWAPPED if is_swapped else 1.0


def _is_short_form(word: str) -> bool:
    """Whether a word is an abbreviation or holds a number: another one is another thing (HTTP and HTTPS, channel 1 and 2)."""
    return any(map(str.isdigit, word)) or (len(word) > 1 and word.isupper())


def _is_one(one: str, other: str) -> bool:
    """Whether two words are one word, maybe with another ending or a typing error, or one begins a compound of the other."""
    one, other = one.casefold(), other.casefold()
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) >= 4 and long.startswith(short) and short not in _PROTOCOLS:
        return True
    return len(short) >= _LONG and difflib.SequenceMatcher(None, one, other).ratio() >= _SAME_WORD


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)
