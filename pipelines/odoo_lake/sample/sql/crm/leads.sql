-- Leads and opportunities: those that became quotations, and those that came to nothing or are still open.
create table lead_of_order as
select id as order_id, row_number() over (order by id)::integer as lead_id
from sales_order
where id % 5 = 0;

create table lead as
with of_orders as (
    select
        lead_of_order.lead_id as id, sales_order.company_id, sales_order.customer_id, sales_order.user_id,
        sales_order.team_id,
        sales_order.quoted_at - to_days(dice('lead before quotation', sales_order.id, 2, 45)) as opened_at,
        case sales_order.state when 'sale' then 'won' when 'cancel' then 'lost' else 'open' end as outcome,
        sales_order.decided_at as closed_at,
        money(sum(sales_line.subtotal)::double / max(daily_rate.rate)::double) as expected
    from lead_of_order
    inner join sales_order on sales_order.id = lead_of_order.order_id
    inner join sales_line on sales_line.order_id = sales_order.id
    inner join daily_rate
        on daily_rate.company_id = sales_order.company_id
        and daily_rate.currency_id = sales_order.currency_id
        and daily_rate.date = least(sales_order.ordered_at::date, getvariable('today')::date - 1)
    group by all
),
dated as (
    select
        numbers.n,
        moment('lead', numbers.n, day.date) as opened_at
    from range((select count(*) + 1 from lead_of_order), getvariable('leads')::bigint + 1) as numbers (n)
    asof inner join day on floor(
        roll('lead day', numbers.n) * getvariable('weight_total')
    )::bigint >= day.weight_before
),
on_their_own as (
    select
        dated.n::integer,
        case
            when dated.n % 16 = 7 then null
            when roll('lead company', dated.n) < 0.6 then 1
            when roll('lead company', dated.n) < 0.86 then 2
            else 3
        end,
        if(dated.n % 3 = 0, 200 + dice('lead customer', dated.n, 1, getvariable('customers')::integer), null),
        if(dated.n % 8 = 2, null, user_of('lead user', dated.n)),
        1 + dated.n::integer % 4,
        dated.opened_at,
        case
            when dated.n % 17 = 9 then 'archived'
            when dated.opened_at > getvariable('clock')::timestamp - to_days(dice('lead patience', dated.n, 15, 150))
                then 'open'
            when roll('lead outcome', dated.n) < 0.10 then 'won'
            when roll('lead outcome', dated.n) < 0.78 then 'lost'
            else 'open'
        end,
        dated.opened_at + to_days(dice('lead life', dated.n, 3, 14)),
        money(getvariable('order_line_value') * (0.5 + 6 * pow(roll('lead value', dated.n), 2)))
    from dated
),
every_lead as (
    select * from of_orders
    union all
    select * from on_their_own
)
select
    every_lead.*,
    if(outcome in ('open', 'lost') and id % 4 = 1 and customer_id is null, 'lead', 'opportunity') as type,
    case
        when outcome = 'won' then 4
        when outcome = 'open' and id % 4 = 1 and customer_id is null then 1
        else dice('lead stage', id, 1, 3)
    end as stage_id,
    case
        when outcome = 'won' then 100
        when outcome = 'lost' then 0
        else round(10 + 25 * dice('lead stage', id, 1, 3) + 10 * roll('lead score', id), 2)
    end as probability
from every_lead;

create view odoo.crm_lead as
select
    id,
    company_id,
    customer_id as partner_id,
    user_id,
    team_id,
    stage_id,
    type,
    outcome in ('open', 'won') as active,
    'Opportunity ' || id as name,
    if(customer_id is null, 'Prospect ' || id, null) as partner_name,
    'Contact ' || id as contact_name,
    if(customer_id is null, 'canary-hash.lead' || id || '@example.com', null) as email_from,
    if(customer_id is null, '+33 6 ' || lpad(id::varchar, 8, '0') || ' canary-hash', null) as phone,
    if(id % 10 = 3, '<p>Wants a demonstration. CANARY-drop</p>', null) as description,
    ((id % 4))::varchar as priority,
    expected as expected_revenue,
    -- Not refreshed when the scoring job changes the probability.
    money(expected::double * if(id % 3 = 0 and outcome = 'open', 10, probability) / 100) as prorated_revenue,
    if(id % 20 = 4, 100, 0)::decimal(18, 2) as recurring_revenue,
    if(id % 20 = 4, 100, 0)::decimal(18, 2) as recurring_revenue_monthly,
    probability::double as probability,
    probability::double as automated_probability,
    case outcome when 'won' then 'won' when 'lost' then 'lost' else 'pending' end as won_status,
    if(outcome = 'lost', 1 + id % 3, null) as lost_reason_id,
    date_trunc('second', opened_at + interval 3 hour) as date_open,
    if(outcome <> 'open', date_trunc('second', closed_at), null) as date_closed,
    if(type = 'opportunity', opened_at::date + 60, null) as date_deadline,
    if(
        type = 'opportunity' and id % 2 = 0, date_trunc('second', opened_at + interval 1 day), null
    ) as date_conversion,
    if(outcome = 'open', opened_at + interval 1 day, closed_at) as date_last_stage_update,
    1 + id % 3 as campaign_id,
    1 + id % 4 as source_id,
    1 + id % 2 as medium_id,
    recorded('lead', id, opened_at) as create_date,
    recorded('lead', id, if(outcome = 'open', opened_at + interval 1 day, closed_at)) as write_date
from lead;

create view odoo.crm_stage as
select id, name, id as sequence, id = 4 as is_won, id = 4 as fold
from (values (1, 'New'), (2, 'Qualified'), (3, 'Proposition'), (4, 'Won')) as listed (id, name);

create view odoo.crm_team as
select
    id, name, company_id, id as sequence, id as alias_id, 6 as user_id, 100000::double as invoiced_target,
    true as use_opportunities
from (values (1, 'Sales', 1), (2, 'North', 1), (3, 'Sales US', 2), (4, 'Lyon', 3)) as listed (id, name, company_id);

create view odoo.crm_team_member as
select id - 5 as id, 1 + id::integer % 4 as crm_team_id, id as user_id, true as active from app_user;

create view odoo.crm_lost_reason as
select id, name from (values (1, 'Too expensive'), (2, 'No answer'), (3, 'Missing product')) as listed (id, name);

create view odoo.crm_recurring_plan as
select id, name, months as number_of_months
from (values (1, 'Monthly', 1), (2, 'Yearly', 12)) as listed (id, name, months);

create view odoo.crm_tag as
select id, name
from (values (1, 'Product'), (2, 'Service'), (3, 'Training'), (4, 'Information')) as listed (id, name);

create view odoo.crm_tag_rel as
select id as lead_id, 1 + id % 4 as tag_id from lead where id % 3 = 0;
