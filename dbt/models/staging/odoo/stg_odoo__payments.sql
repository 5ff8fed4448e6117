{%- set columns = bronze_columns('account_payment') -%}
{%- set stands_alone = 'state' in columns -%}

with newest as (
    {{ newest_rows('account_payment') }}
)

select
    newest.id as payment_id,
    newest.move_id,
    {% if stands_alone %}
    newest.company_id,
    newest.journal_id,
    {% else %}
    -- Up to 17 a payment is a journal entry, which holds its date, state and journal.
    moves.company_id,
    moves.journal_id,
    {% endif %}
    newest.partner_id,
    newest.currency_id,
    newest.payment_method_line_id,
    newest.outstanding_account_id,
    newest.destination_account_id,
    newest.paired_internal_transfer_payment_id as paired_payment_id,
    {% if stands_alone %}
    newest.name as payment_name,
    newest.state,
    {% else %}
    moves.move_name as payment_name,
    case moves.state when 'posted' then 'paid' when 'cancel' then 'canceled' else moves.state end as state,
    {% endif %}
    newest.payment_type,
    newest.partner_type,
    cast(newest.amount as {{ type_money() }}) as amount_document,
    cast(newest.amount_company_currency_signed as {{ type_money() }}) as amount_signed,
    coalesce(newest.is_reconciled, false) as is_reconciled,
    coalesce(newest.is_matched, false) as is_matched,
    {% if 'is_internal_transfer' in columns %}
    coalesce(newest.is_internal_transfer, false) as is_internal_transfer,
    {% else %}
    newest.paired_internal_transfer_payment_id is not null as is_internal_transfer,
    {% endif %}
    {{ 'newest' if stands_alone else 'moves' }}.date,
    {{ to_milliseconds('newest.create_date') }} as created_at
from newest
{% if not stands_alone %}
inner join {{ ref('stg_odoo__moves') }} as moves
    on newest.move_id = moves.move_id
{% endif %}
