# SPDX-License-Identifier: Apache-2.0
"""The part of docs.sh that reads: names of Markdown files on standard input."""
import os
import re
import shlex
import sys

bad = 0


def say(text):
    global bad
    bad = 1
    print(text)


def flags(text):
    found = set()
    for line in text.splitlines():
        if line.startswith(".It Fl"):
            found |= {"-" + word.replace("\\-", "-") for word in re.findall(r"Fl (\S+)", line)}
    return found


def sections(page):
    """{name of a .Ss: its flags}; what stands before the first is under ''."""
    name, *rest = re.split(r"^\.Ss (.*)\n", page, flags=re.M)
    return {"": flags(name), **{rest[i]: flags(rest[i + 1].split("\n.Sh ")[0]) for i in range(0, len(rest), 2)}}


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def tables():
    """{"cactl ca create": flags, …}"""
    known = {}
    common = flags(read("docs/man/cactl.1")) | {"--help"}
    for name in os.listdir("docs/man"):
        if name.startswith("cactl-"):
            page = read(os.path.join("docs/man", name))
            noun = "cactl " + name[len("cactl-"):-len(".1")]
            for verb, own in sections(page).items():
                known[(noun + " " + verb).strip()] = own | common
    for command, own in sections(read("docs/man/ca-server.8")).items():
        known[("ca-server " + command).strip()] = own | {"--help"}
    return known


def words_of(line):
    try:
        return shlex.split(line, comments=True)
    except ValueError:
        return line.split()


def command_check(at, words, known):
    for n in (4, 3, 2, 1):
        name = " ".join(words[:n])
        if name in known and not (n < 4 and has_verbs(name, known) and len(words) > n and words[n][0].isalpha()):
            break
    else:
        return say("%s: no command '%s'" % (at, " ".join(words[:3])))
    for word in words[n:]:
        if word.startswith("-") and word != "-" and word.split("=")[0] not in known[name]:
            say("%s: '%s' has no flag %s" % (at, name, word.split("=")[0]))


def has_verbs(name, known):
    return any(other.startswith(name + " ") for other in known)


def commands_of(line):
    """The commands of a line of shell that are ours, each as words."""
    line = re.sub(r"^\s*(\$|#) ", "", line)
    for part in re.split(r"\|\||&&|[|;()`]", line):
        part = re.sub(r"^\s*(if|then|do|!|sudo|exec|\w+=\S*)\s+", "", part.strip())
        words = words_of(re.split(r"\s\d?>|\s<", part)[0])
        if words and words[0] in ("cactl", "ca-server"):
            yield [w for w in words if w not in ("…", "...")]


def fences(text):
    """(line number, line) inside of fenced blocks, with continued lines joined."""
    inside, held, start = False, "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            inside, held = not inside, ""
        elif inside:
            start = start if held else number
            held += line.rstrip("\\") if line.endswith("\\") else line
            if not line.endswith("\\"):
                yield start, held
                held = ""


def anchors(path):
    titles = re.findall(r"^#+ (.*)", read(path), re.M)
    return {re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles}


def links_check(path, text):
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S)
    for link in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
        if not os.path.exists(target):
            say("%s: the link %s leads nowhere" % (path, link))
        elif anchor and target.endswith(".md") and anchor not in anchors(target):
            say("%s: %s has no heading #%s" % (path, target, anchor))


def main():
    known = tables()
    for path in sys.stdin.read().split():
        text = read(path)
        links_check(path, text)
        for number, line in fences(text):
            shown = re.match(r"\s*(\$ |# |cactl |ca-server |if |\()", line)
            if shown and not re.match(r"(cactl|ca-server)( \w+)?:", line):
                for words in commands_of(line):
                    command_check("%s:%d" % (path, number), words, known)
    return bad


sys.exit(main())
