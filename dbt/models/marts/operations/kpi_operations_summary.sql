with inventory as (
    select
        company_id,
        month,
        sum(cogs) as cogs,
        sum(opening_value) as opening_value,
        sum(closing_value) as closing_value
    from {{ ref('inventory_turns') }}
    group by company_id, month
),

fulfilment as (
    select * from {{ ref('fulfillment_metrics') }}
),

alerts as (
    select
        company_id,
        {{ month_start(as_of_date()) }} as month,
        count(*) as stock_alerts
    from {{ ref('stock_alerts') }}
    group by company_id
),

receipts as (
    select
        company_id,
        {{ month_start('received_on') }} as month,
        sum(quantity) as quantity,
        sum(case when is_on_time then quantity else 0 end) as quantity_on_time
    from {{ ref('fact_receipt') }}
    where is_on_time is not null and received_on <= {{ as_of_date() }}
    group by company_id, {{ month_start('received_on') }}
),

months as (
    {%- for part in ['inventory', 'fulfilment', 'alerts', 'receipts'] %}
    select
        company_id,
        month
    from {{ part }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

companies as (
    select * from {{ ref('int_company_currencies') }}
),

-- Odoo keeps no alerts of earlier months, and none are known of a day before the first extraction.
alert_month as (
    select {{ month_start(as_of_date()) }} as month
    from {{ ref('stg_odoo__extractions') }}
    having min(extracted_on) <= {{ as_of_date() }}
)

select
    months.company_id,
    companies.currency_code,
    cast(inventory.closing_value as {{ type_money() }}) as inventory_value,
    {{ inventory_turns('inventory.cogs', 'inventory.opening_value + inventory.closing_value') }} as inventory_turns,
    fulfilment.otif_pct,
    case when alert_month.month is not null then coalesce(alerts.stock_alerts, 0) end as stock_alerts,
    {{ percent('receipts.quantity_on_time', 'receipts.quantity') }} as vendor_on_time_pct,
    months.month
from months
left join inventory
    on
        months.company_id = inventory.company_id
        and months.month = inventory.month
left join fulfilment
    on
        months.company_id = fulfilment.company_id
        and months.month = fulfilment.month
left join alerts
    on
        months.company_id = alerts.company_id
        and months.month = alerts.month
left join receipts
    on
        months.company_id = receipts.company_id
        and months.month = receipts.month
left join alert_month
    on months.month = alert_month.month
left join companies
    on months.company_id = companies.company_id
