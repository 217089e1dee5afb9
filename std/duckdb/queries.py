#!/usr/bin/env python3
"""Asks the engine what queries return, or that it refuses them, and writes the answers down for the tests of infer.

    pip install duckdb==1.5.6 && python3 std/duckdb/queries.py

queries.tsv: a query over `ref(t)` and `ref(u)`, then `name type` for every column, or `refused: why`.
"""
import pathlib

import duckdb

HERE = pathlib.Path(__file__).parent
TABLES = {
    "t": "a tinyint, b smallint, i integer, l bigint, h hugeint, f float, d double, m decimal(5, 2), n decimal(18, 3), "
         "v varchar, bo boolean, da date, ti time, ts timestamp, tz timestamptz, iv interval, j json, "
         "li integer[], s struct(x integer, y varchar)",
    "u": "a bigint, i integer, k varchar, da date, w double",
}


def main():
    con = duckdb.connect()
    for name, columns in TABLES.items():
        con.execute(f"create table {name} ({columns})")
    lines = [f"# Queries and what DuckDB {duckdb.__version__} answers. Written by queries.py from queries.sql."]
    lines += [f"# {name}: {columns}" for name, columns in TABLES.items()]
    for query in (HERE / "queries.sql").read_text().splitlines():
        if not query or query.startswith("--"):
            continue
        sql = query
        for name in TABLES:
            sql = sql.replace(f"ref({name})", name)
        try:
            rows = con.execute(f"describe {sql}").fetchall()
            answers = [f"{row[0]} {row[1]}" for row in rows]
        except duckdb.Error as error:
            answers = ["refused: " + str(error).splitlines()[0]]
        lines.append("\t".join([query, *answers]))
    (HERE / "queries.tsv").write_text("\n".join(lines) + "\n")


main()
