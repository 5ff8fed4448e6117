-- Quotations and orders: who, when, in which currency, and how far they got. Rare kinds come by number, not by
-- chance, so that the smallest company has them too.
create table sales_order as
with numbered as (
    select
        n::integer as id,
        (
            (n - 1 + roll('order day', n)) / getvariable('orders')::bigint * getvariable('weight_total')::bigint
        )::bigint as weight_point
    from range(1, getvariable('orders')::bigint + 1) as numbers (n)
),
dated as (
    select numbered.id, day.date as quoted_on, day.years
    from numbered
    asof inner join day on numbered.weight_point >= day.weight_before
),
placed as (
    select
        dated.*, company.id as company_id, company.currency_id as company_currency_id,
        company.country_id as company_country_id
    from dated
    inner join company
        on roll('order company', dated.id) >= company.sales_from
        and roll('order company', dated.id) < company.sales_to
),
customers as (
    select company_id, count(*) as customers, count(*) filter (n % 5 < 2) as founders
    from customer
    group by company_id
),
ranked as (
    select
        placed.*,
        1 + floor(customers.customers * pow(roll('order customer', placed.id), 1.6))::bigint as candidate_rank,
        1 + floor(customers.founders * pow(roll('order customer', placed.id), 1.6))::bigint as founder_rank
    from placed
    inner join customers on customers.company_id = placed.company_id
),
founder as (
    select n, company_id, row_number() over (partition by company_id order by n) as founder_rank
    from customer
    where n % 5 < 2
),
chosen as (
    -- A customer who has not joined yet gives way to one who was there from the start.
    select ranked.*, if(candidate.joined_on > ranked.quoted_on, founder.n, candidate.n) as customer_n
    from ranked
    inner join customer as candidate
        on candidate.company_id = ranked.company_id and candidate.rank_in_company = ranked.candidate_rank
    inner join founder on founder.company_id = ranked.company_id and founder.founder_rank = ranked.founder_rank
),
quoted as (
    select
        chosen.*,
        customer.id as customer_id,
        customer.country_id,
        customer.payment_term_id,
        customer.days_late,
        case
            when chosen.id % 31 = 8 and chosen.company_id <> 2 then 5
            when chosen.id % 7 = 2 and chosen.company_id = 3 then 3
            when chance('order in company currency', customer.n, 0.25) then chosen.company_currency_id
            else customer_currency(chosen.company_id, customer.country_id)
        end as currency_id,
        moment('order quoted', chosen.id, chosen.quoted_on) as quoted_at,
        case
            when chance('order answered at once', chosen.id, 0.35) then 0.04
            else 18 * pow(roll('order answered', chosen.id), 2)
        end as days_to_answer,
        roll('order outcome', chosen.id) as outcome,
        case
            when chosen.company_id = 1 and chosen.id % 4 = 2 then 2
            when chosen.company_id = 1 then 1
            else chosen.company_id + 1
        end as warehouse_id,
        chosen.id % 16 = 9 as is_service_order,
        chosen.id % 61 = 7 and chosen.company_id < 3 as is_dropship,
        chosen.id % 43 = 11 and chosen.id % 10 <> 3 as has_down_payment
    from chosen
    inner join customer on customer.n = chosen.customer_n
),
answered as (
    select *, date_trunc('second', quoted_at + to_seconds(days_to_answer * 86400)) as answered_at
    from quoted
),
decided as (
    select
        *,
        case
            when outcome >= 0.93 then 'draft'
            when outcome >= 0.85 or answered_at >= getvariable('clock') then 'sent'
            when outcome >= 0.79 then 'cancel'
            else 'sale'
        end as state
    from answered
)
select
    decided.id,
    decided.company_id,
    decided.warehouse_id,
    decided.customer_id,
    coalesce(person.id, decided.customer_id) as partner_id,
    coalesce(billing.id, decided.customer_id) as partner_invoice_id,
    coalesce(delivery.id, decided.customer_id) as partner_shipping_id,
    decided.country_id,
    decided.country_id <> decided.company_country_id as is_export,
    decided.company_currency_id,
    decided.currency_id,
    currency.decimal_places,
    currency.euro_rate,
    decided.payment_term_id,
    decided.days_late,
    decided.quoted_on,
    decided.quoted_at,
    decided.years,
    decided.state,
    case
        when decided.state = 'sale' then decided.answered_at
        else date_trunc('second', decided.quoted_at)
    end as ordered_at,
    case when decided.state in ('sale', 'cancel') then decided.answered_at else decided.quoted_at end as decided_at,
    decided.is_service_order,
    decided.is_dropship and not decided.is_service_order as is_dropship,
    decided.has_down_payment and not decided.is_service_order as has_down_payment,
    case
        when decided.company_id = 1 then decided.warehouse_id
        else decided.company_id + 1
    end as team_id,
    user_of('order salesperson', decided.id) as user_id
from decided
inner join currency on currency.id = decided.currency_id
left join contact as person
    on person.customer_id = if(chance('order by a contact', decided.id, 0.6), decided.customer_id, null)
        and person.type = 'contact'
left join contact as billing on billing.customer_id = decided.customer_id and billing.type = 'invoice'
left join contact as delivery
    on delivery.customer_id = if(chance('order to an address', decided.id, 0.7), decided.customer_id, null)
        and delivery.type = 'delivery';
