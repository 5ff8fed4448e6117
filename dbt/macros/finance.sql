{# What several models of the finance domain share. #}

{# An account's code in the chart of a company, by the company at the root of its branches. #}
{% macro account_code(accounts, root_company_id) -%}
    coalesce({{ accounts }}.account_code, {{ json_text_at(accounts ~ '.account_codes', root_company_id) }})
{%- endmacro %}

{# The CTEs that end in `changed_lines`: what an incremental build of the journal must read again, since the item, its
   entry, its account or its currency changed. Reads the CTEs accounts, companies and currencies. #}
{% macro changed_journal_items(journal) -%}
built as (
    select coalesce(max(extracted_at), timestamp '0001-01-01 00:00:00') as built_at
    from {{ journal }}
),

changed_moves as (
    select moves.id as move_id
    from {{ source('odoo', 'account_move') }} as moves
    cross join built
    where moves._airbyte_extracted_at > built.built_at
),

known_accounts as (
    select distinct
        account_id,
        company_id,
        account_code,
        account_type
    from {{ journal }}
),

changed_accounts as (
    select
        known_accounts.account_id,
        known_accounts.company_id
    from known_accounts
    left join accounts
        on known_accounts.account_id = accounts.account_id
    left join companies
        on known_accounts.company_id = companies.company_id
    where
        known_accounts.account_type is distinct from accounts.account_type
        or known_accounts.account_code is distinct from {{ account_code('accounts', 'companies.root_company_id') }}
),

known_currencies as (
    select distinct
        currency_id,
        currency_code
    from {{ journal }}
),

changed_currencies as (
    select known_currencies.currency_id
    from known_currencies
    left join currencies
        on known_currencies.currency_id = currencies.currency_id
    where known_currencies.currency_code is distinct from currencies.currency_code
),

changed_lines as (
    select items.id as line_id
    from {{ source('odoo', 'account_move_line') }} as items
    cross join built
    where items._airbyte_extracted_at > built.built_at
    union
    select journal.line_id
    from {{ journal }} as journal
    inner join changed_moves
        on journal.move_id = changed_moves.move_id
    union
    select journal.line_id
    from {{ journal }} as journal
    inner join changed_accounts
        on
            journal.account_id = changed_accounts.account_id
            and journal.company_id = changed_accounts.company_id
    union
    select journal.line_id
    from {{ journal }} as journal
    inner join changed_currencies
        on journal.currency_id = changed_currencies.currency_id
)
{%- endmacro %}

{# Items that Odoo deleted leave no row behind that an insert could replace. #}
{% macro remove_journal_items(journal) -%}
    {%- if is_incremental() -%}
    delete from {{ journal }}
    where line_id in ({{ removed_keys('account_move_line', '_ab_cdc_deleted_at is not null or account_id is null') }})
    {%- endif -%}
{%- endmacro %}

{# What is open per company and partner, by how long it is overdue. `sign` makes what is owed positive.
   The bounds are here and nowhere else: the columns are named after them. #}
{% macro ageing(account_type, sign) -%}
    {%- set buckets = [
        ('not_due', 'days_overdue <= 0'),
        ('days_1_30', 'days_overdue between 1 and 30'),
        ('days_31_60', 'days_overdue between 31 and 60'),
        ('days_61_90', 'days_overdue between 61 and 90'),
        ('days_91_120', 'days_overdue between 91 and 120'),
        ('days_over_120', 'days_overdue > 120'),
    ] -%}
    select
        company_id,
        partner_id,
        {% for name, condition in buckets -%}
        cast({{ sign }} * sum(case when {{ condition }} then residual else 0 end) as {{ type_money() }}) as {{ name }},
        {% endfor -%}
        cast({{ sign }} * sum(residual) as {{ type_money() }}) as total,
        count(*) as open_items,
        min(due_date) as oldest_due_date
    from {{ ref('int_open_items') }}
    where account_type = '{{ account_type }}'
    group by company_id, partner_id
{%- endmacro %}

{# An item's account, of the dimension `accounts`, counts as a receivable or payable. #}
{% macro is_open_account(account_type) -%}
    accounts.account_type = '{{ account_type }}'
    {%- if not var('include_non_trade') %} and not accounts.is_non_trade{% endif %}
{%- endmacro %}
