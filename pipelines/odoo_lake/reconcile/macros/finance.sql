{#- `a` is account_account, `c` is companies. -#}
{% macro account_code() -%}
{% if has('account_account', 'code_store') %}a.code_store ->> c.root_id::text{% else %}a.code{% endif %}
{%- endmacro %}

{#- Accounts that hold cash. -#}
{% macro cash_accounts() -%}
cash_accounts as (
  select a.id as account_id from account_account a
  where a.account_type in ({{ cash_account_types | literals }})
  union
  select j.default_account_id from account_journal j
  where j.type in ({{ cash_journal_types | literals }}) and j.default_account_id is not null
)
{%- endmacro %}

{#- Receivables and payables with the side they belong to. -#}
{% macro open_item_accounts() -%}
open_item_accounts as (
  select
    a.id as account_id,
    case a.account_type when 'asset_receivable' then 'receivable' else 'payable' end as side,
    case a.account_type when 'asset_receivable' then 1 else -1 end as sign
  from account_account a
  where a.account_type in ('asset_receivable', 'liability_payable')
  {% if not include_non_trade %}
    and not coalesce(a.non_trade, false)
  {% endif %}
)
{%- endmacro %}

{#- Every account's posted movement per day and per month, in one scan of the ledger. -#}
{% macro postings() -%}
daily_postings as (
  select l.company_id, l.account_id, l.date, sum(l.balance) as balance
  from account_move_line l
  where l.parent_state = 'posted' and l.date <= {{ as_of }} and l.account_id is not null
  group by 1, 2, 3
),
postings as (
  select company_id, account_id, {{ month_of('date') }} as month, sum(balance) as balance
  from daily_postings
  group by 1, 2, 3
)
{%- endmacro %}

{#- All months of each company since its first posting; needs postings. -#}
{% macro ledger_months() -%}
ledger_months as (
  select f.company_id, m.month::date as month
  from (select company_id, min(month) as first_month from postings group by 1) f
  cross join lateral generate_series(f.first_month, {{ month_of(as_of) }}, interval '1 month') as m(month)
)
{%- endmacro %}

{#- The sections of the profit and loss statement per company and month with postings; needs companies and postings. -#}
{% macro profit_and_loss() -%}
section_choices(company_id, account_code, section) as (
  select null::int, null::text, null::text where false
  {% for choice in account_sections %}
  union all
  select {{ choice.company_id or 'null' }}::int, {{ [choice.account_code] | literals }}, {{ [choice.section] | literals }}
  {% endfor %}
),
sections as (
  select
    p.company_id, a.id as account_id,
    coalesce(own.section, shared.section, case
      when a.account_type = 'income' then 'revenue'
      when a.account_type = 'expense_direct_cost' then 'cost_of_revenue'
      when a.account_type = 'expense' then 'operating_expenses'
      when a.account_type = 'expense_depreciation' then 'depreciation'
      when split_part(a.account_type, '_', 1) = 'income' then 'other_income'
      else 'other_expenses'
    end) as section
  from (select distinct company_id, account_id from postings) p
  join account_account a on a.id = p.account_id
  join companies c on c.company_id = p.company_id
  left join section_choices own on own.account_code = {{ account_code() }} and own.company_id = p.company_id
  left join section_choices shared on shared.account_code = {{ account_code() }} and shared.company_id is null
  where split_part(a.account_type, '_', 1) in ('income', 'expense')
),
profit_and_loss as (
  select
    p.company_id, p.month,
    {% for section in ['revenue', 'cost_of_revenue', 'operating_expenses', 'other_income', 'depreciation', 'other_expenses'] %}
    coalesce(-sum(p.balance) filter (where s.section = '{{ section }}'), 0) as {{ section }},
    {% endfor %}
    -sum(p.balance) as net_income
  from postings p
  join sections s on s.account_id = p.account_id and s.company_id = p.company_id
  group by 1, 2
)
{%- endmacro %}
