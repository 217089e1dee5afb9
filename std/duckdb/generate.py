#!/usr/bin/env python3
"""Asks the engine what its operators and functions return, and writes the answers down as data for the compiler.

    pip install duckdb==1.5.6 && python3 std/duckdb/generate.py

operators.tsv: operator, left type, then `right=result` for every right type that the engine takes. What is absent, it
refuses. A decimal stands for all decimals; where the result is `decimal`, its digits follow a rule (compiler/infer).
functions.tsv: name, kind, parameters, type of further arguments, result. `-` is none.
"""
import pathlib
import re

import duckdb

HERE = pathlib.Path(__file__).parent
TYPES = [
    "tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint", "uinteger", "ubigint", "uhugeint",
    "float", "double", "decimal", "varchar", "boolean", "date", "time", "timestamp", "timestamptz", "interval", "blob",
    "bit", "uuid", "json",
]
# What a literal is before it meets another type.
LITERALS = {"string_literal": "'x'", "null": "null"}
VALUES = {
    "date": "'2024-01-01'", "time": "'00:00:00'", "timestamp": "'2024-01-01'", "timestamptz": "'2024-01-01'",
    "interval": "'1 day'", "uuid": "'00000000-0000-0000-0000-000000000001'", "blob": "'x'", "json": "'1'", "bit": "'1'",
}
# How the operator is asked for: {a} and {b} are the operands.
FORMS = {
    "+": "{a} + {b}", "-": "{a} - {b}", "*": "{a} * {b}", "/": "{a} / {b}", "//": "{a} // {b}", "%": "{a} % {b}",
    "**": "{a} ** {b}", "&": "{a} & {b}", "|": "{a} | {b}", "<<": "{a} << {b}", ">>": "{a} >> {b}", "||": "{a} || {b}",
    "=": "({a}) = ({b})", "<": "({a}) < ({b})", "in": "{a} in ({b})", "like": "{a} like {b}", "~": "{a} ~ {b}",
    "coalesce": "coalesce({a}, {b})", "union": None, "neg": "-{a}", "not": "not {a}", "cast": None,
}


def main():
    con = duckdb.connect()
    columns = ", ".join(f"c_{t} {'decimal(9, 2)' if t == 'decimal' else t}" for t in TYPES)
    con.execute(f"create table t ({columns})")
    # One row, so that a cast that the engine binds but does not have is found out.
    values = ", ".join(f"cast({VALUES.get(t, 1)} as {t})" for t in TYPES)
    con.execute(f"insert into t select {values}")
    operand = {**{t: f"c_{t}" for t in TYPES}, **LITERALS}

    def answer(sql):
        try:
            found = con.execute(f"describe {sql}").fetchone()[1]
            con.execute(sql).fetchall()
        except duckdb.Error as error:
            if isinstance(error, (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException)):
                if "Unimplemented type for cast" in str(error):
                    return None
            else:
                return None
        return plain(found)

    lines = [f"# The operators of DuckDB {duckdb.__version__}. Written by generate.py."]
    for op, form in FORMS.items():
        for left, a in operand.items():
            if op in ("neg", "not"):
                rights = {"null": None}
            else:
                rights = operand
            results = []
            for right, b in rights.items():
                if op == "union":
                    result = answer(f"select x from (select {a} as x from t union all select {b} as x from t)")
                elif op == "cast":
                    ty = "decimal(9, 2)" if right == "decimal" else right
                    result = right in TYPES and answer(f"select cast({a} as {ty}) as x from t")
                else:
                    result = answer(f"select ({form.format(a=a, b=b)}) as x from t")
                if result:
                    results.append(f"{right}={result}")
            if results:
                lines.append("\t".join([op, left, *results]))
    (HERE / "operators.tsv").write_text("\n".join(lines) + "\n")

    rows = con.execute(
        """select distinct lower(function_name), function_type, parameter_types, varargs, return_type
           from duckdb_functions()
           where regexp_full_match(function_name, '[A-Za-z][A-Za-z0-9_]*')
             and function_type in ('scalar', 'aggregate', 'macro', 'table', 'table_macro')
           order by all"""
    ).fetchall()
    lines = [f"# The functions of DuckDB {duckdb.__version__}. Written by generate.py."]
    for name, kind, params, varargs, result in rows:
        params = ";".join(plain(p or "ANY") for p in params)
        lines.append("\t".join([name, kind, params or "-", plain(varargs or "-"), plain(result or "-")]))
    (HERE / "functions.tsv").write_text("\n".join(lines) + "\n")


def plain(name):
    """The engine's name of a type as Esker writes it."""
    name = name.lower().replace("timestamp with time zone", "timestamptz").replace("time with time zone", "timetz")
    return re.sub(r"^decimal\(\d+,\d+\)$", "decimal", name)


main()
