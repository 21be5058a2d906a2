"""Counts audiences with ClickHouse (chdb) or DuckDB; answers counts and CPU seconds of this process as JSON."""

import json
import os
import sys
import time

engine, folder = sys.argv[1], sys.argv[2]
plan = json.load(open(os.path.join(folder, "plan.json")))
path = lambda name: os.path.join(folder, name)
THREADS, MEMORY = 2, 6_000_000_000
# Everybody's likeness is computed in so many parts, so that it fits the memory.
PARTS = 8
EVENT = "id UInt32, behaviour UInt8, title UInt16, genre UInt16, category UInt16, place UInt16, city UInt16, days_ago UInt16"


def clickhouse():
    from chdb import session

    open_session = session.Session(path("clickhouse"))

    def run(sql):
        settings = f" settings max_threads = {THREADS}, max_memory_usage = {MEMORY}, max_bytes_before_external_group_by = {MEMORY // 2}"
        if sql.startswith("create"):
            settings = ""
        return str(open_session.query(sql + settings, "CSV"))

    open_session.query("create database if not exists bench")
    open_session.query("use bench")
    run(f"create table events ({EVENT}) engine = MergeTree order by (behaviour, title, id)")
    run(f"insert into events select * from file('{path('events.bin')}', 'RowBinary', '{EVENT}')")
    run("create table homes (id UInt32, home UInt16) engine = MergeTree order by id")
    run(f"insert into homes select * from file('{path('people.bin')}', 'RowBinary', 'id UInt32, home UInt16')")
    os.remove(path("events.bin"))
    for table in ("events", "homes"):
        # DuckDB reads the same rows from here.
        run(f"insert into function file('{path(table + '.parquet')}', 'Parquet') select * from {table}")
    run("create table people (id UInt32, home UInt16, like0 Int64, like1 Int64) engine = MergeTree order by id")
    for part in range(PARTS):
        run("insert into people " + plan["likeness"].replace("SLICE", f"id % {PARTS} = {part}"))
    return run


def duckdb():
    import duckdb

    connection = duckdb.connect(path("duckdb.db"))
    connection.execute(f"set threads = {THREADS}")
    connection.execute(f"set memory_limit = '{MEMORY // 1_000_000}MB'")
    connection.execute(f"set temp_directory = '{path('spill')}'")
    events = f"select * from read_parquet('{path('events.parquet')}')"
    connection.execute(f"create table events as {events} order by behaviour, title, id")
    os.remove(path("events.parquet"))
    connection.execute(f"create table homes as select * from read_parquet('{path('homes.parquet')}') order by id")
    connection.execute("create table people (id uinteger, home usmallint, like0 bigint, like1 bigint)")
    for part in range(PARTS):
        connection.execute("insert into people " + plan["likeness"].replace("SLICE", f"id % {PARTS} = {part}"))
    return lambda sql: connection.execute(sql).fetchall()[0][0]


began = time.monotonic()
run = {"clickhouse": clickhouse, "duckdb": duckdb}[engine]()
loading = time.monotonic() - began
answers = []
for ways in plan["queries"]:
    counts, cpu = [], []
    for sql in ways:
        started = time.process_time()
        counts.append(int(run(sql)))
        cpu.append(time.process_time() - started)
    answers.append({"counts": counts, "cpu": cpu})
print(json.dumps({"loading": loading, "answers": answers}))
