-- Products 1-8 are services; then one in twelve is a consumable; the others are stored. A few templates have
-- variants.
create table uom as
select *
from (
    values
    (1, 'Units', 1, 'reference', 1.0, 1), (2, 'Dozens', 1, 'bigger', 12.0, 1), (3, 'Days', 3, 'reference', 8.0, 4),
    (4, 'Hours', 3, 'smaller', 1.0, 4), (5, 'kg', 2, 'reference', 1000.0, 6), (6, 'g', 2, 'smaller', 1.0, 6),
    (7, 't', 2, 'bigger', 1000000.0, 6), (8, 'm', 4, 'reference', 1000.0, 9), (9, 'mm', 4, 'smaller', 1.0, 9),
    (10, 'L', 5, 'reference', 1.0, 10), (11, 'Gross', 1, 'bigger', 144.0, 1)
) as listed (id, name, category_id, uom_type, size, smallest_id);

create table product_category as
select *
from (
    values
    (1, 'All', null, '1/', 'All'), (2, 'Saleable', 1, '1/2/', 'All / Saleable'),
    (3, 'Tools', 2, '1/2/3/', 'All / Saleable / Tools'), (4, 'Fasteners', 2, '1/2/4/', 'All / Saleable / Fasteners'),
    (5, 'Electrical', 2, '1/2/5/', 'All / Saleable / Electrical'),
    (6, 'Chemicals', 2, '1/2/6/', 'All / Saleable / Chemicals'), (7, 'Consumables', 1, '1/7/', 'All / Consumables'),
    (8, 'Services', 2, '1/2/8/', 'All / Saleable / Services'), (9, 'Deliveries', 1, '1/9/', 'All / Deliveries'),
    (10, 'Cables', 5, '1/2/5/10/', 'All / Saleable / Electrical / Cables')
) as listed (id, name, parent_id, parent_path, complete_name);

-- The average-cost categories of each company; the fallback is standard cost.
create macro is_average_cost(company, category) as
    case when company::integer = 2 then category in (4, 10) else category in (4, 5, 6) end;

create table service as
select *
from (
    values
    (1, 'Delivery', 9, 1, 12.0, 25.0, 'order'), (2, 'Discount', 8, 1, 0.0, 0.0, 'order'),
    (3, 'Down payment', 8, 1, 0.0, 0.0, 'order'), (4, 'Consulting', 8, 4, 55.0, 110.0, 'delivery'),
    (5, 'Installation', 8, 1, 180.0, 320.0, 'delivery'), (6, 'Support contract', 8, 1, 400.0, 900.0, 'order'),
    (7, 'Training', 8, 3, 380.0, 750.0, 'order'), (8, 'Inbound freight', 9, 1, 90.0, 0.0, 'order')
) as listed (id, name, category_id, uom_id, cost, list_price, invoice_policy);

create table goods as
with numbered as (
    select
        (8 + n)::integer as id,
        n::integer as n,
        n % 12 = 0 as is_consumable,
        -- Every twenty-fifth template has three variants.
        n - case when n % 25 in (1, 2) then n % 25 else 0 end as template_n
    from range(1, getvariable('products')::bigint + 1) as numbers (n)
),
placed as (
    select
        *,
        (8 + dense_rank() over (order by template_n))::integer as template_id,
        case
            when is_consumable then 7
            else one_of('product category', template_n, [3, 3, 3, 4, 4, 5, 5, 6, 10, 3])
        end as category_id,
        exp(3.2 + 1.15 * bell('product cost', template_n)) as raw_cost
    from numbered
),
costed as (
    select
        *,
        greatest(
            0.4, raw_cost * case when category_id = 4 then 0.12 when category_id = 6 then 0.4 else 1 end
        )::decimal(18, 2) as cost
    from placed
)
select
    id,
    n,
    template_id,
    template_n,
    category_id,
    is_consumable,
    not is_consumable as is_storable,
    case when category_id = 6 then 5 when category_id = 10 then 8 else 1 end as uom_id,
    -- Fasteners are bought, and often sold, by the dozen.
    case
        when category_id = 4 then 2
        when category_id = 6 then 5
        when category_id = 10 then 8
        else 1
    end as buy_uom_id,
    cost,
    money(cost * (1.44 + 0.3 * roll('product margin', template_n))) as list_price,
    case when not is_consumable and n % 11 = 3 then 'lot' else 'none' end as tracking,
    case when chance('product policy', template_n, 0.15) then 'order' else 'delivery' end as invoice_policy,
    (7 + dice('product vendor', template_n, 0, getvariable('goods_vendors')::integer - 1))::integer as vendor_n,
    n % 23 <> 6 as is_active,
    n % 17 = 5 as is_packed,
    one_of(
        'product adjective', template_n,
        ['Compact', 'Heavy', 'Classic', 'Premium', 'Basic', 'Rapid', 'Steel', 'Copper']
    )
    || ' ' || [
        '', '', 'Drill', 'Screw', 'Switch', 'Solvent', 'Gloves', '', '', 'Cable'
    ][category_id] || ' ' || template_n as name
from costed;

set variable goods_count = getvariable('products')::integer;

-- What a unit of each good costs a company when nothing has been bought yet; dollars for company 2.
create macro company_cost(company, cost) as
    case when company::integer = 2 then round((cost * 1.09)::double, 2) else cost end::decimal(18, 2);
