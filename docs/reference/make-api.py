#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads openapi.json on standard input and prints docs/reference/api.md."""
import json
import sys

doc = json.load(sys.stdin)
out = []


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def name_of(ref):
    return ref.rsplit("/", 1)[1]


def link(ref):
    name = name_of(ref)
    return f"[{name}](#{name.lower()})"


def type_of(prop):
    if "$ref" in prop:
        return link(prop["$ref"])
    if "oneOf" in prop:
        return link(prop["oneOf"][0]["$ref"]) + " or null"
    kind = prop["type"]
    null = isinstance(kind, list) and "null" in kind
    kind = [k for k in kind if k != "null"][0] if isinstance(kind, list) else kind
    if kind == "array":
        items = prop["items"]
        kind = "list of " + (link(items["$ref"]) if "$ref" in items else "strings")
    elif "format" in prop and prop["format"] != "int64":
        kind = prop["format"]
    elif "pattern" in prop:
        kind = "hexadecimal"
    elif "enum" in prop:
        kind = "one of " + ", ".join(f"`{v}`" for v in prop["enum"])
    if "maximum" in prop:
        kind += f", at most {prop['maximum']}"
    if "maxLength" in prop:
        kind += f", at most {prop['maxLength']} octets"
    return kind + (" or null" if null else "")


def links(schema):
    return ", or ".join(link(one["$ref"]) for one in schema.get("anyOf", [schema]))


def media(content):
    return ", ".join(
        f"`{kind}`" + (f" ({links(how['schema'])})" if "schema" in how else "")
        for kind, how in content.items()
    )


def operation(path, method, op):
    out.append(f"### {method.upper()} {path}\n")
    out.append(f"{op['summary']}. {op['description']}\n")
    if op["parameters"]:
        out.append("| parameter | in | meaning |\n|---|---|---|")
        for p in op["parameters"]:
            out.append(f"| `{p['name']}` | {p['in']} | {cell(p['description'])} |")
        out.append("")
    if "requestBody" in op:
        body = op["requestBody"]
        out.append(f"Body: {media(body['content'])}; {body['description']}.\n")
    good = [s for s in op["responses"] if s < "300"]
    content = op["responses"][good[0]].get("content", {})
    out.append(f"Answers {', '.join(good)}: {media(content)}.")
    out.append("Refusals: " + ", ".join(s for s in op["responses"] if s >= "400") + ".\n")


def schema(name, s):
    out.append(f"### {name}\n\n{s['description']}\n")
    out.append("| member | type | meaning |\n|---|---|---|")
    required = set(s["required"])
    for member, prop in s["properties"].items():
        must = ", required" if member in required else ""
        out.append(f"| `{member}` | {type_of(prop)}{must} | {cell(prop['description'])} |")
    out.append("")
    for member, prop in s["properties"].items():
        if prop.get("type") == "object" and "properties" in prop:
            out.append(f"Attributes of `{member}`, each one text or a list of texts: "
                       + ", ".join(f"`{k}`" for k in prop["properties"]) + ".\n")


out.append("# REST API\n")
out.append("<!-- Made by docs/reference/make-api.py from openapi.json; a test compares. -->\n")
out.append(doc["info"]["description"] + " The server has this page as `/api/v1/openapi.json`.\n")
out.append("Callers show the client certificate of an enrolled operator. Refusals are problem "
           "documents (RFC 9457); the pages of their types are in [problems](problems/).\n")
out.append("## Operations\n")
for path, methods in doc["paths"].items():
    for method, op in methods.items():
        operation(path, method, op)
out.append("## Objects\n")
for name, s in doc["components"]["schemas"].items():
    schema(name, s)
print("\n".join(out).rstrip("\n"))
