#!/usr/bin/env python3
"""Asks the engine what queries return, or that it refuses them, and writes the answers down for the tests of infer.

    pip install duckdb==1.5.6 && python3 std/duckdb/queries.py

queries.tsv: a query over `ref(t)` and `ref(u)`, then `name type` for every column, or `refused: why`.
"""
import pathlib

import duckdb

HERE = pathlib.Path(__file__).parent
# A comma and a space end a column, in the tests that read this too.
TABLES = {
    "t": "a tinyint, b smallint, i integer, l bigint, h hugeint, f float, d double, m decimal(5,2), n decimal(18,3), "
         "v varchar, bo boolean, da date, ti time, ts timestamp, tz timestamptz, iv interval, j json, "
         "li integer[], s struct(x integer,y varchar)",
    "u": "a bigint, i integer, k varchar, da date, w double",
    "region": "r_regionkey integer, r_name varchar, r_comment varchar",
    "nation": "n_nationkey integer, n_name varchar, n_regionkey integer, n_comment varchar",
    "supplier": "s_suppkey bigint, s_name varchar, s_address varchar, s_nationkey integer, s_phone varchar, "
                "s_acctbal decimal(15,2), s_comment varchar",
    "customer": "c_custkey bigint, c_name varchar, c_address varchar, c_nationkey integer, c_phone varchar, "
                "c_acctbal decimal(15,2), c_mktsegment varchar, c_comment varchar",
    "part": "p_partkey bigint, p_name varchar, p_mfgr varchar, p_brand varchar, p_type varchar, p_size integer, "
            "p_container varchar, p_retailprice decimal(15,2), p_comment varchar",
    "partsupp": "ps_partkey bigint, ps_suppkey bigint, ps_availqty bigint, ps_supplycost decimal(15,2), ps_comment varchar",
    "orders": "o_orderkey bigint, o_custkey bigint, o_orderstatus varchar, o_totalprice decimal(15,2), o_orderdate date, "
              "o_orderpriority varchar, o_clerk varchar, o_shippriority integer, o_comment varchar",
    "lineitem": "l_orderkey bigint, l_partkey bigint, l_suppkey bigint, l_linenumber bigint, l_quantity decimal(15,2), "
                "l_extendedprice decimal(15,2), l_discount decimal(15,2), l_tax decimal(15,2), l_returnflag varchar, "
                "l_linestatus varchar, l_shipdate date, l_commitdate date, l_receiptdate date, l_shipinstruct varchar, "
                "l_shipmode varchar, l_comment varchar",
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
