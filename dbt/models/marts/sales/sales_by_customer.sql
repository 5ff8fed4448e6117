with activity as (
    select
        company_id,
        customer_id,
        1 as orders,
        amount_untaxed as amount_ordered,
        0 as amount_invoiced,
        month
    from {{ ref('int_confirmed_orders') }}
    union all
    select
        company_id,
        customer_id,
        0 as orders,
        0 as amount_ordered,
        amount_untaxed_signed as amount_invoiced,
        month
    from {{ ref('int_posted_invoice_lines') }}
),

companies as (
    select * from {{ ref('int_company_currencies') }}
)

select
    activity.company_id,
    activity.customer_id,
    companies.currency_code,
    cast(sum(activity.orders) as bigint) as orders,
    cast(sum(activity.amount_ordered) as {{ type_money() }}) as amount_ordered,
    cast(sum(activity.amount_invoiced) as {{ type_money() }}) as amount_invoiced,
    activity.month
from activity
left join companies
    on activity.company_id = companies.company_id
group by activity.company_id, activity.customer_id, companies.currency_code, activity.month
