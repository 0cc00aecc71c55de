"""DuckDB, in process, for what is relational: questions over the lake's files and the rows that the journal alone holds.

In: Parquet files, unsealed rows, and values as parameters. Out: rows with their places, so many at a time. Law: SQL stands in `sql/`, a name
and a sentence a query; the project's folder is all that may be read, and nothing in a query can change that.
Read `duck.py`.
"""
