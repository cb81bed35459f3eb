"""Swift source as the checks read it: code with its comments and string literals blanked, line by line."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]

# In this order: what opens first wins. A raw string (#"…"#) ends at the quote with as many #.
TOKEN = re.compile(r'//|/\*|(#*)("""|")')


def code(text):
    r"""The text with comments and literals replaced by spaces; line breaks stay, so that lines keep their numbers.

    >>> code('let a = "try! \\" as!" + b // try!')
    'let a =               + b        '
    >>> code('a /* x /* y */ as! */ b')
    'a                     b'
    >>> code('x = #"a" as! "#; y = \"\"\"\n"try!"\n\"\"\"; c as! D')
    'x =            ; y =    \n      \n   ; c as! D'
    """
    out, at = [], 0
    while True:
        start = TOKEN.search(text, at)
        if start is None:
            out.append(text[at:])
            return "".join(out)
        out.append(text[at : start.start()])
        end = end_of(text, start)
        out.append(re.sub(r"[^\n]", " ", text[start.start() : end]))
        at = end


def end_of(text, start):
    """Where the comment or literal that begins at the match ends."""
    opened = start.group(0)
    if opened == "//":
        end = text.find("\n", start.end())
        return len(text) if end < 0 else end
    if opened == "/*":
        depth, at = 1, start.end()
        while depth and at < len(text):
            step = {"/*": 1, "*/": -1}.get(text[at : at + 2], 0)
            depth += step
            at += 2 if step else 1
        return at
    hashes, quote = start.group(1), start.group(2)
    at = start.end()
    while at < len(text):
        if text.startswith(quote + hashes, at):
            return at + len(quote) + len(hashes)
        if quote == '"' and text[at] == "\n":
            return at
        at += 2 if text[at] == "\\" and not hashes else 1
    return at


def lines(folder):
    """Every line of code below a folder of the repository: path from the top, number, line."""
    for path in sorted((ROOT / folder).rglob("*.swift")):
        if ".build" in path.parts:
            continue
        for number, line in enumerate(code(path.read_text(encoding="utf-8")).split("\n"), 1):
            yield path.relative_to(ROOT), number, line


def finish(faults, good):
    """Prints the faults and ends with status 1, or says that all is well."""
    for fault in faults:
        print(fault)
    if faults:
        raise SystemExit(1)
    print(good)
