"""A small database with Odoo's shape, made by hand: a few tables that extraction treats in different ways."""

from __future__ import annotations

from typing import Any

import psycopg

from odoo_lake.source.embedded import EmbeddedPostgres

TABLES = """
create table ir_module_module (id int primary key, name varchar, state varchar, latest_version varchar);
insert into ir_module_module values
    (1, 'base', 'installed', '18.0.1.3'), (2, 'account', 'installed', '18.0.1.3'), (3, 'crm', 'uninstalled', null);

create table res_company (
    id int primary key, name varchar not null, partner_id int, parent_id int, currency_id int, active bool,
    create_date timestamp, write_date timestamp);
insert into res_company values (1, 'First', 1, null, 1, true, '2024-01-01', '2024-01-01');

create table res_partner (
    id int primary key, name varchar, parent_id int, commercial_partner_id int, email varchar, phone varchar,
    comment text, vat varchar, city varchar, customer_rank int, signup_token varchar,
    create_date timestamp, write_date timestamp);
insert into res_partner
    select i, 'Partner ' || i, null, i, 'canary-hash-' || i || '@example.com', '+32 ' || i, 'CANARY-drop-' || i,
        'BE' || i, 'Gent', 0, 'CANARY-never-extract-' || i, '2024-01-01', '2024-01-01'
    from generate_series(1, 40) i;

create table res_partner_res_partner_category_rel (
    category_id int, partner_id int, primary key (category_id, partner_id));
insert into res_partner_res_partner_category_rel select i % 3, i from generate_series(1, 20) i;

create table account_move (
    id int primary key, name varchar, state varchar, move_type varchar, date date, company_id int, currency_id int,
    amount_total numeric, access_token varchar, create_date timestamp, write_date timestamp);
create table account_move_line (
    id int primary key, move_id int, account_id int, company_id int, partner_id int, parent_state varchar, date date,
    debit numeric, credit numeric, balance numeric, name varchar, analytic_distribution jsonb,
    create_date timestamp, write_date timestamp);
insert into account_move
    select i, 'INV/' || i, 'posted', 'out_invoice', date '2024-01-01' + i, 1, 1, i * 10.01, 'CANARY-never-extract',
        now(), now()
    from generate_series(1, 100) i;
insert into account_move_line
    select i, (i + 1) / 2, 1 + i % 2, 1, 1 + i % 40, 'posted', date '2024-01-01' + i / 2,
        case when i % 2 = 1 then i / 3.0 else 0 end, case when i % 2 = 0 then i / 3.0 else 0 end,
        case when i % 2 = 1 then i / 3.0 else -i / 3.0 end, 'CANARY-drop', '{"12": 100.0}', now(), now()
    from generate_series(1, 200) i;
create view account_analytic_line as select 1 as id, date '2024-01-01' as date;
"""

EXTRACTED = (
    "res_company",
    "res_partner",
    "res_partner_res_partner_category_rel",
    "account_move",
    "account_move_line",
)


class TinyOdoo:
    """One database; statements run as superuser, each in its own transaction."""

    def __init__(self, server: EmbeddedPostgres, name: str) -> None:
        self.server = server
        self.name = name
        self.url = server.recreate_database(name)
        self.execute(TABLES)

    def execute(self, statement: str, parameters: Any = None) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode(), parameters)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement.encode()).fetchall()
