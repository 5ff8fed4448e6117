with lines as (
    select
        *,
        case when not is_refund then move_id end as invoice_id,
        case when not is_refund then month end as invoice_month
    from {{ ref('int_posted_invoice_lines') }}
),

companies as (
    select * from {{ ref('int_company_currencies') }}
)

select
    lines.company_id,
    lines.customer_id,
    companies.currency_code,
    count(distinct lines.invoice_id) as invoices,
    count(distinct lines.invoice_month) as months_active,
    cast(sum(lines.amount_untaxed_signed) as {{ type_money() }}) as amount_invoiced,
    {{ divide('sum(lines.amount_untaxed_signed)', 'count(distinct lines.invoice_id)', type_money()) }}
        as average_invoice_value,
    min(case when not lines.is_refund then lines.invoice_date end) as first_invoice_date,
    max(case when not lines.is_refund then lines.invoice_date end) as last_invoice_date
from lines
left join companies
    on lines.company_id = companies.company_id
group by lines.company_id, lines.customer_id, companies.currency_code
having count(distinct lines.invoice_id) > 0
