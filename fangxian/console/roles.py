"""The three roles of the database, and what the two that serve people may touch.

The owner migrates. Web and worker own nothing, are no superusers and bypass nothing: whoever
gets hold of one of them can neither change the schema nor rewrite the audit trail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from fangxian.config.database import Login, direct_login, login, role_name
from fangxian.config.environment import BadSetting, DatabaseRole, Environment
from fangxian.console.postgres import Server

OLDEST_SERVER = 150000
SERVING = (DatabaseRole.WEB, DatabaseRole.WORKER)
# Written once, by whoever acts; nobody who serves people may change or remove a line.
APPEND_ONLY = ("audit_event",)
READ_ONLY = ("audit_segment", "django_migrations")
ROLES_LOCK = 4711_0001
# A plan made once is right for all: only the hot path prepares, and its day is a literal. Set
# with the role, for a pool passes no session's settings on.
SESSION = {DatabaseRole.WEB: {"plan_cache_mode": "force_generic_plan"}}
FUNCTIONS = (
    "ensure_day(date)",
    "audit_seal()",
    "demo_clear_day(date)",
    "drop_obligation_day(date)",
    "intake_open(bigint, text[])",
    "intake_close(bigint)",
    "intake_analyze(bigint)",
)


def connect(to: Login) -> psycopg.Connection:
    """A connection with these credentials, each statement its own transaction."""
    words = {
        **to.options,
        "host": to.host,
        "port": str(to.port),
        "dbname": to.name,
        "user": to.user,
        "password": to.password,
    }
    return psycopg.connect(make_conninfo(**words), autocommit=True)


def prepare(environment: Environment, server: Server | None) -> None:
    """Make the database and its roles, or say in one line why that cannot be done."""
    if server is not None:
        with server.connect() as connection, _one_at_a_time(connection):
            _create_embedded(connection, environment)
            for role in SERVING:
                _set_sessions(connection, role, login(environment, role).user)
        return
    try:
        with connect(direct_login(environment, DatabaseRole.OWNER)) as connection:
            _check_external(connection)
            with _one_at_a_time(connection):
                _create_serving(connection, environment)
                _check_serving(environment)
    except psycopg.OperationalError as error:
        raise BadSetting(f"{_server_variable(environment)}: {_first_line(error)}") from None


def grant(owner: Login, serving: Iterable[str]) -> None:
    """After migrations: let web and worker use what there is now, and nothing else."""
    with connect(owner) as connection, connection.transaction():
        tables = _names(connection, "relkind IN ('r', 'p') AND NOT relispartition")
        sequences = _names(connection, "relkind = 'S'")
        _close_functions(connection)
        functions = sql.SQL(", ").join(sql.SQL(f"public.{name}") for name in FUNCTIONS)
        database = sql.Identifier(owner.name)
        for role in serving:
            to = sql.Identifier(role)
            _grant_tables(connection, tables, to)
            _grant_on(connection, "USAGE, SELECT", "SEQUENCE", sequences, to)
            for what in (
                sql.SQL("CONNECT, TEMPORARY ON DATABASE {}").format(database),
                sql.SQL("USAGE ON SCHEMA public"),
                sql.SQL("EXECUTE ON FUNCTION {}").format(functions),
            ):
                connection.execute(sql.SQL("GRANT {} TO {}").format(what, to))


def _close_functions(connection: psycopg.Connection) -> None:
    """What runs with the owner's powers is nobody's unless it is given, in a restored copy too."""
    query = """
        SELECT oid::regprocedure::text FROM pg_proc
        WHERE prosecdef AND pronamespace = 'public'::regnamespace"""
    for (name,) in connection.execute(query).fetchall():
        connection.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")


def _grant_tables(connection: psycopg.Connection, tables: list[str], to: sql.Identifier) -> None:
    """Partitions get nothing of their own: they are reached through their parent's rights."""
    changed = [name for name in tables if name not in (*APPEND_ONLY, *READ_ONLY)]
    _grant_on(connection, "SELECT, INSERT, UPDATE, DELETE", "TABLE", changed, to)
    for names, rights in ((APPEND_ONLY, "SELECT, INSERT"), (READ_ONLY, "SELECT")):
        present = [name for name in tables if name in names]
        for name in present:
            connection.execute(
                sql.SQL("REVOKE ALL ON TABLE public.{} FROM {}").format(sql.Identifier(name), to)
            )
        _grant_on(connection, rights, "TABLE", present, to)


def _grant_on(
    connection: psycopg.Connection, rights: str, kind: str, names: list[str], to: sql.Identifier
) -> None:
    if names:
        connection.execute(
            sql.SQL("GRANT {} ON {} {} TO {}").format(
                sql.SQL(rights),
                sql.SQL(kind),
                sql.SQL(", ").join(sql.Identifier("public", name) for name in names),
                to,
            )
        )


def _names(connection: psycopg.Connection, condition: str) -> list[str]:
    query = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND "
    return [name for (name,) in connection.execute(query + condition + " ORDER BY 1")]


@contextmanager
def _one_at_a_time(connection: psycopg.Connection) -> Iterator[None]:
    """Two commands started at once must not both make what is missing."""
    connection.execute("SELECT pg_advisory_lock(%s)", [ROLES_LOCK])
    try:
        yield
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", [ROLES_LOCK])


def _create_embedded(connection: psycopg.Connection, environment: Environment) -> None:
    name = environment.database_name
    query = "SELECT 1 FROM pg_database WHERE datname = %s"
    if connection.execute(query, [name]).fetchone():
        return
    for role in DatabaseRole:
        _set_role(connection, login(environment, role))
    owner = sql.Identifier(role_name(name, DatabaseRole.OWNER))
    database = sql.Identifier(name)
    connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))


def _create_serving(connection: psycopg.Connection, environment: Environment) -> None:
    urls = {
        DatabaseRole.WEB: environment.database_web_url,
        DatabaseRole.WORKER: environment.database_worker_url,
    }
    for role in SERVING:
        if urls[role]:
            continue
        to = direct_login(environment, role)
        try:
            _set_role(connection, to)
        except psycopg.errors.InsufficientPrivilege:
            raise BadSetting(
                f"FANGXIAN_DATABASE_URL: its user may not make the role {to.user}: run "
                f"ALTER ROLE … CREATEROLE, or make it and set FANGXIAN_DATABASE_{role.upper()}_URL"
            ) from None


def _set_role(connection: psycopg.Connection, to: Login) -> None:
    """Make the role where it is missing; on a shared server, with our password where it differs."""
    role, secret = sql.Identifier(to.user), sql.Literal(to.password)
    powers = sql.SQL("LOGIN NOCREATEDB NOCREATEROLE")
    query = "SELECT 1 FROM pg_roles WHERE rolname = %s"
    if not connection.execute(query, [to.user]).fetchone():
        create = sql.SQL("CREATE ROLE {} {} PASSWORD {}")
        connection.execute(create.format(role, powers, secret))
    elif not _can_log_in(to):
        alter = sql.SQL("ALTER ROLE {} {} PASSWORD {}")
        connection.execute(alter.format(role, powers, secret))


def _can_log_in(to: Login) -> bool:
    with suppress(psycopg.OperationalError), connect(to):
        return True
    return False


def _set_sessions(connection: psycopg.Connection, role: DatabaseRole, user: str) -> None:
    """Say what this user's sessions begin with; everybody may for themselves."""
    query = "SELECT coalesce(rolconfig, '{}') FROM pg_roles WHERE rolname = %s"
    found = connection.execute(query, [user]).fetchone()
    present = found[0] if found else []
    for name, value in SESSION.get(role, {}).items():
        if f"{name}={value}" not in present:
            setting = sql.SQL("ALTER ROLE {} SET {} = {}")
            to = sql.Identifier(user)
            connection.execute(setting.format(to, sql.Identifier(name), sql.Literal(value)))


def _server_variable(environment: Environment) -> str:
    return f"FANGXIAN_DATABASE_{'DIRECT_' if environment.pooled else ''}URL"


def _check_external(connection: psycopg.Connection) -> None:
    if connection.info.server_version < OLDEST_SERVER:
        version = connection.info.parameter_status("server_version")
        raise BadSetting(
            f"FANGXIAN_DATABASE_URL: that server is PostgreSQL {version}, 15 or newer is needed"
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise BadSetting(
            f"FANGXIAN_DATABASE_URL: that database is encoded in {encoding}: "
            "make it with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )
    may = "SELECT has_schema_privilege('public', 'CREATE')"
    if connection.execute(may).fetchone() != (True,):
        raise BadSetting(
            "FANGXIAN_DATABASE_URL: its user may not make tables: run ALTER DATABASE … OWNER TO …"
        )


def _check_serving(environment: Environment) -> None:
    """Web and worker must be able to come in, and must not be more than they should."""
    owner = direct_login(environment, DatabaseRole.OWNER).user
    query = """
        SELECT rolsuper, rolbypassrls, pg_has_role(rolname, %s::name, 'member')
        FROM pg_roles WHERE rolname = current_user"""
    for role in SERVING:
        variable = f"FANGXIAN_DATABASE_{role.upper()}_URL"
        to = login(environment, role)
        try:
            with connect(to) as connection:
                found = connection.execute(query, [owner]).fetchone()
                _set_sessions(connection, role, to.user)
        except psycopg.OperationalError as error:
            raise BadSetting(f"{variable}: {_first_line(error)}") from None
        if found != (False, False, False):
            raise BadSetting(
                f"{variable}: {to.user} owns the tables, is a superuser or bypasses row "
                "security: name a user made by CREATE ROLE … LOGIN and nothing more"
            )


def _first_line(error: psycopg.Error) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].strip()
