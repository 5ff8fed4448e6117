-- Journal entries and items. A document becomes an entry with its own number as id.
create table entry (
    id integer, kind varchar, source_id bigint, move_type varchar, journal_id integer, company_id integer,
    currency_id integer, date date, state varchar, partner_id integer, ref varchar, created_at timestamp
);

create table item (
    id integer, move_id integer, sequence integer, display_type varchar, account_id integer, partner_id integer,
    balance decimal(18, 2), currency_id integer, amount_currency decimal(18, 2), date_maturity date, name varchar,
    product_id integer, uom_id integer, quantity decimal(14, 3), price_unit decimal(18, 2), discount decimal(5, 2),
    subtotal decimal(18, 2), total decimal(18, 2), tax_line_id integer, tax_base decimal(18, 2), base_tax_id integer,
    sales_line_id integer, purchase_line_id integer, stock_move_id integer,
    origin_item_id integer, is_downpayment boolean
);

insert into entry
select
    id, 'document', id, move_type, journal(company_id, if(move_type like 'out_%', 'sale', 'purchase')), company_id,
    currency_id, date, state, commercial_id, ref, created_at
from document;

create table document_item as
with rated as (
    select
        document.*,
        document_sign(document.move_type) as sign,
        daily_rate.rate,
        currency.decimal_places,
        move_type like 'out_%' as is_sale
    from document
    inner join currency on currency.id = document.currency_id
    inner join daily_rate
        on daily_rate.company_id = document.company_id
        and daily_rate.currency_id = document.currency_id
        -- Odoo converts at the date on the invoice, not at the date it is booked on.
        and daily_rate.date = document.invoice_date
),
base as (
    select
        rated.*,
        line.* exclude (document_id),
        row_number() over (
            partition by rated.id order by line.sequence, line.sales_line_id, line.purchase_line_id, line.product_id
        ) as position,
        round(
            line.subtotal::double * coalesce(line.tax_rate, 0)::double / 100, rated.decimal_places
        )::decimal(18, 2) as tax_amount
    from rated
    inner join document_line as line on line.document_id = rated.id
),
product_items as (
    select
        id as document_id, 1 as block, position, sequence, display_type, account_id,
        case when account_id is null then 0 else money(sign * subtotal::double / rate::double) end as balance,
        coalesce(sign * subtotal, 0)::decimal(18, 2) as amount_currency, null::date as date_maturity, name,
        product_id, uom_id, quantity, price_unit, discount, subtotal,
        (subtotal + tax_amount)::decimal(18, 2) as total, null::integer as tax_line_id,
        null::decimal(18, 2) as tax_base,
        if(
            tax_no is not null and account_id is not null and display_type = 'product', tax_id(company_id, tax_no),
            null
        ) as base_tax_id,
        sales_line_id, purchase_line_id, stock_move_id, is_downpayment
    from base
),
taxes as (
    select id, company_id, tax_no, sign, rate, sum(tax_amount) as tax_amount, sum(subtotal) as subtotal
    from base
    where tax_amount <> 0
    group by all
),
tax_items as (
    select
        taxes.id, 2, taxes.tax_no, 900 + taxes.tax_no, 'tax', tax.account_id,
        money(taxes.sign * taxes.tax_amount::double / taxes.rate::double),
        (taxes.sign * taxes.tax_amount)::decimal(18, 2), null::date, tax.name, null::integer, null::integer,
        null::decimal(14, 3), null::decimal(18, 2), null::decimal(5, 2), null::decimal(18, 2), null::decimal(18, 2),
        tax.id, money(taxes.subtotal::double / taxes.rate::double), null::integer, null::integer, null::integer,
        null::integer, false
    from taxes
    inner join tax on tax.id = tax_id(taxes.company_id, taxes.tax_no)
    where taxes.tax_amount <> 0
),
document_total as (
    select
        document_id, -sum(balance)::decimal(18, 2) as balance,
        -sum(amount_currency)::decimal(18, 2) as amount_currency
    from (
        select document_id, balance, amount_currency from product_items
        union all
        select id, money(sign * tax_amount::double / rate::double), sign * tax_amount from taxes
    ) as parts
    group by document_id
),
instalments as (
    select
        rated.*,
        term.position,
        term.days,
        term.end_of_month,
        term.position = max(term.position) over (partition by rated.id) as is_last,
        total.balance,
        total.amount_currency,
        round(
            total.amount_currency::double * term.percent / 100, rated.decimal_places
        )::decimal(18, 2) as share_currency,
        money(total.balance::double * term.percent / 100) as share_balance
    from rated
    inner join document_total as total on total.document_id = rated.id
    inner join payment_term_line as term on term.term_id = rated.payment_term_id
),
term_items as (
    select
        id, 3, position, 950 + position, 'payment_term', account(company_id, if(is_sale, 'receivable', 'payable')),
        if(
            is_last, balance - (sum(share_balance) over (partition by id) - share_balance), share_balance
        )::decimal(18, 2),
        if(
            is_last, amount_currency - (sum(share_currency) over (partition by id) - share_currency), share_currency
        )::decimal(18, 2),
        due_date(invoice_date, days, end_of_month), origin, null::integer, null::integer, null::decimal(14, 3),
        null::decimal(18, 2), null::decimal(5, 2), null::decimal(18, 2), null::decimal(18, 2), null::integer,
        null::decimal(18, 2), null::integer, null::integer, null::integer, null::integer, false
    from instalments
),
cost_items as (
    -- The cost of what is invoiced, or the difference of a bill to standard cost: out of the one account, into the
    -- other.
    select
        id, 4, position * 2 + side.no, 960, 'cogs', if(side.no = 0, cost_account_id, cost_contra_account_id),
        (side.sign * if(move_type = 'out_refund', -1, 1) * cost_value)::decimal(18, 2),
        round(
            side.sign * if(move_type = 'out_refund', -1, 1) * cost_value::double * rate::double, decimal_places
        )::decimal(18, 2),
        null::date, name, product_id, uom_id, quantity, null::decimal(18, 2), null::decimal(5, 2),
        null::decimal(18, 2), null::decimal(18, 2), null::integer, null::decimal(18, 2), null::integer, null::integer,
        null::integer, stock_move_id, false
    from base
    cross join (values (0, 1), (1, -1)) as side (no, sign)
    where cost_value is not null and cost_value <> 0
),
every_item as (
    select * from product_items
    union all
    select * from tax_items
    union all
    select * from term_items
    union all
    select * from cost_items
)
select row_number() over (order by document_id, block, position)::integer as id, *
from every_item;

insert into item
select
    document_item.id, document_item.document_id, document_item.sequence, document_item.display_type,
    document_item.account_id, document.commercial_id, document_item.balance, document.currency_id,
    document_item.amount_currency, document_item.date_maturity, document_item.name, document_item.product_id,
    document_item.uom_id, document_item.quantity, document_item.price_unit, document_item.discount,
    document_item.subtotal, document_item.total, document_item.tax_line_id, document_item.tax_base,
    document_item.base_tax_id, document_item.sales_line_id, document_item.purchase_line_id,
    document_item.stock_move_id,
    -- A cost line remembers the line whose cost it is.
    case
        when document_item.display_type = 'cogs'
            then first_value(document_item.id) over (
                partition by document_item.document_id order by document_item.block, document_item.position
            )
            + (document_item.position // 2)::integer - 1
    end,
    document_item.is_downpayment
from document_item
inner join document on document.id = document_item.document_id
order by document_item.id;

drop table document_item;
