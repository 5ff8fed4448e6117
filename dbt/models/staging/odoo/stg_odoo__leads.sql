{%- set columns = bronze_columns('crm_lead') -%}

with newest as (
    {{ newest_rows('crm_lead', overwritten=true) }}
)

select
    newest.id as lead_id,
    newest.company_id,
    newest.partner_id,
    newest.stage_id,
    newest.team_id,
    newest.lost_reason_id,
    newest.user_id as salesperson_id,
    newest.type as lead_type,
    cast(newest.probability as {{ type_rate() }}) as probability,
    cast(newest.expected_revenue as {{ type_money() }}) as expected_revenue,
    coalesce(newest.active, false) as is_active,
    {% if 'won_status' in columns -%}
    coalesce(newest.won_status = 'won', false) as is_won,
    coalesce(newest.won_status = 'lost', false) as is_lost,
    {%- else -%}
    coalesce(stages.is_won and newest.probability = 100, false) as is_won,
    -- An archived lead that still has a chance is neither won nor lost.
    not coalesce(newest.active, false) and coalesce(newest.probability, 0) = 0 as is_lost,
    {%- endif %}
    newest.date_deadline as expected_closing_date,
    {{ to_milliseconds('newest.create_date') }} as created_at,
    {{ to_milliseconds('newest.date_closed') }} as closed_at
from newest
{% if 'won_status' not in columns -%}
left join {{ ref('stg_odoo__lead_stages') }} as stages
    on newest.stage_id = stages.stage_id
{% endif -%}
