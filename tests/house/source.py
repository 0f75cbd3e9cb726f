"""Reads the tree's C++ for the house checks. Pure but for read_tree()."""

import pathlib
import re

FOLDERS = ('include', 'lib', 'bot_adapter', 'tests')

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
# Comments, and literals, in the order in which a compiler would meet them.
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"'
                      r'|"(?:[^"\\\n]|\\.)*"|(?<![0-9A-Fa-f])\'(?:[^\'\\\n]|\\.)+\'', re.DOTALL)


def read_tree(root):
    """{path from `root`: text} of every C++ file."""
    root = pathlib.Path(root)
    return {str(path.relative_to(root)): path.read_text()
            for folder in FOLDERS for path in sorted((root / folder).rglob('*'))
            if path.suffix in ('.h', '.cc')}


def includes(text):
    """[(quote, name)] of what `text` includes; `quote` is '<' or '"'."""
    return INCLUDE.findall(NOT_CODE.sub(keep_names, text))


def keep_names(match):
    """Drops comments only: the name of an include looks like a literal."""
    return '' if match.group().startswith('/') else match.group()


def code(text):
    """`text` without comments, literals and includes."""
    return NOT_CODE.sub(' ', INCLUDE.sub('', text))


def layer_of(path):
    """`lib/store/sqlite/x.cc` → `store`; None outside the layers."""
    parts = path.split('/')
    return parts[1] if parts[0] == 'lib' and len(parts) > 2 else None
