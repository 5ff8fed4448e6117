-- Products, units, pricelists and their company-dependent values in Odoo's columns. What a product costs each
-- company: what its stock says, else the catalogue.
create table cost_of_company as
with catalogue as (
    select
        company.id as company_id,
        product.id as product_id,
        case
            when company.id = 2 and product.is_consumable and product.id % 2 = 0 then 1
            else company_cost(company.id, product.cost)
        end as cost
    from product
    cross join company
    where company.id < 3 or not product.is_storable
)
select
    coalesce(product_cost.company_id, catalogue.company_id) as company_id,
    coalesce(product_cost.product_id, catalogue.product_id) as product_id,
    coalesce(product_cost.unit_cost, catalogue.cost)::decimal(18, 4) as cost
from catalogue
full join product_cost on product_cost.company_id = catalogue.company_id
    and product_cost.product_id = catalogue.product_id;

-- Company 2 falls back to a cost of 1, the others to 0. A value that equals the fallback is not kept.
create macro fallback_cost(company) as if(company::integer = 2, 1, 0);

create view odoo.product_product as
with costs as (
    select product_id, json_group_object(company_id::varchar, cost::double) as standard_price
    from (select * from cost_of_company order by product_id, company_id)
    where cost <> fallback_cost(company_id)
    group by product_id
),
variants as (
    select template_id, count(*) as variants, min(id) as first_id from product group by template_id
)
select
    product.id,
    product.template_id as product_tmpl_id,
    'P' || lpad(product.id::varchar, 5, '0') as default_code,
    if(product.id % 3 = 0, '20' || lpad(product.id::varchar, 11, '0'), null) as barcode,
    if(variants.variants > 1, (1 + product.id - variants.first_id)::varchar, '') as combination_indices,
    costs.standard_price,
    (product.id % 50 / 10.0)::decimal(10, 3) as weight,
    product.is_active as active,
    getvariable('start')::timestamp + to_hours((product.id % 24)::integer) as create_date,
    least(
        getvariable('clock')::timestamp,
        getvariable('start')::timestamp + to_days(dice('product written', product.id, 0, 1000))
    ) as write_date
from product
inner join variants on variants.template_id = product.template_id
left join costs on costs.product_id = product.id
order by product.id;

create view odoo.product_template as
with template as (
    select template_id, min(id) as first_id, count(*) as variants, bool_or(is_active) as is_active
    from product
    group by template_id
)
select
    template.template_id as id,
    product.category_id as categ_id,
    product.uom_id,
    product.buy_uom_id as uom_po_id,
    if(product.id % 53 = 0, 1, null) as company_id,
    -- Up to 17 stored goods are a type of their own, then a flag.
    case
        when not product.is_storable and not product.is_consumable then 'service'
        when product.is_storable and getvariable('odoo_version') <= 17 then 'product'
        else 'consu'
    end as type,
    case
        when not product.is_storable and not product.is_consumable then 'service'
        when product.is_storable then 'product'
        else 'consu'
    end as detailed_type,
    product.is_storable,
    if(product.id = 4, 'task_global_project', 'no') as service_tracking,
    if(template.variants = 1, 'P' || lpad(product.id::varchar, 5, '0'), null) as default_code,
    json_object('en_US', product.name, 'fr_FR', product.name || ' (fr)') as name,
    if(product.id % 20 = 0, json_object('en_US', 'Keep dry. CANARY-drop'), null) as description,
    product.list_price,
    (product.id % 50 / 10.0)::decimal(10, 3) as weight,
    product.name <> 'Inbound freight' as sale_ok,
    product.is_storable or product.is_consumable or product.id = 8 as purchase_ok,
    template.is_active as active,
    template.variants > 1 as has_configurable_attributes,
    product.tracking,
    if(product.is_storable, 'receive', 'purchase') as purchase_method,
    if(product.id = 4, 'timesheet', 'manual') as service_type,
    product.invoice_policy,
    product.id = 8 as landed_cost_ok,
    'no' as expense_policy,
    product.id % 24 as x_studio_shelf_life,
    getvariable('start')::timestamp + to_hours((product.id % 24)::integer) as create_date,
    least(
        getvariable('clock')::timestamp,
        getvariable('start')::timestamp + to_days(dice('template written', template.template_id, 0, 1000))
    ) as write_date
from template
inner join product on product.id = template.first_id
order by template.template_id;

create view odoo.product_category as
with average as (
    select category.id, json_group_object(company.id::varchar, 'average') as methods
    from main.product_category as category
    cross join company
    where is_average_cost(company.id, category.id)
    group by category.id
)
select
    category.id, category.parent_id, category.name, category.complete_name, category.parent_path,
    average.methods as property_cost_method
from main.product_category as category
left join average on average.id = category.id;

create view odoo.uom_category as
select id, name
from (
    values (1, 'Unit'),
    (2, 'Weight'), (3, 'Working Time'), (4, 'Length / Distance'), (5, 'Volume')
) as listed (id, name);

create view odoo.uom_uom as
with reference as (
    select category_id, size from uom where uom_type = 'reference'
)
select
    uom.id,
    uom.name,
    uom.id as sequence,
    uom.category_id,
    uom.uom_type,
    -- Until 18 how many of it make a reference unit, from 19 on how many of the smallest unit it makes.
    if(
        getvariable('odoo_version') >= 19, uom.size::double, reference.size::double / uom.size::double
    )::varchar::decimal(38, 19) as factor,
    if(uom.id = uom.smallest_id, 1, uom.size)::decimal(18, 6) as relative_factor,
    if(uom.id = uom.smallest_id, null, uom.smallest_id) as relative_uom_id,
    if(uom.id = uom.smallest_id, '', uom.smallest_id || '/') || uom.id || '/' as parent_path,
    0.01::decimal(9, 2) as rounding,
    case uom.id when 3 then 'float_toggle' when 4 then 'float_time' end as timesheet_widget
from uom
inner join reference on reference.category_id = uom.category_id;

create view odoo.product_pricelist as
select id, currency_id, company_id, name, id as sequence
from (
    values (1, 2, 1, 'Euro'),
    (2, 1, null, 'Dollar'), (3, 3, null, 'Pound'), (4, 4, null, 'Yen'), (5, 5, null, 'Franc'), (6, 2, 3, 'Euro Lyon')
) as listed (id, currency_id, company_id, name);

create view odoo.product_pricelist_item as
select
    n::integer as id, 1 + n % 5 as pricelist_id, 1 + n % 5 as currency_id, '1_product' as applied_on,
    'list_price' as base, 'percentage' as compute_price, 5::double as percent_price, 8 + n as product_tmpl_id,
    10::decimal(9, 2) as min_quantity
from range(1, 11) as numbers (n);

create view odoo.product_supplierinfo as
select
    goods.n as id,
    vendor.id as partner_id,
    goods.template_id as product_tmpl_id,
    goods.id as product_id,
    vendor_currency(1, vendor.country_id, false) as currency_id,
    goods.buy_uom_id as product_uom_id,
    vendor.lead_days as delay,
    1::decimal(9, 2) as min_qty,
    money(goods.cost * currency.euro_rate) as price,
    0::decimal(5, 2) as discount
from goods
inner join vendor on vendor.n = goods.vendor_n
inner join currency on currency.id = vendor_currency(1, vendor.country_id, false);

create view odoo.product_taxes_rel as
select distinct template_id as prod_id, tax_id(company.id, if(category_id in (6, 10), 2, 1)) as tax_id
from product
cross join company;

create view odoo.product_supplier_taxes_rel as
select distinct template_id as prod_id, tax_id(company.id, if(category_id in (6, 10), 5, 4)) as tax_id
from product
cross join company;

create view odoo.product_attribute as
select 1 as id, 'Colour' as name, 'color' as display_type, 'always' as create_variant;

create view odoo.product_attribute_value as
select id, 1 as attribute_id, name, id as sequence
from (values (1, 'Black'), (2, 'Red'), (3, 'Blue')) as listed (id, name);

create table variant_value as
with variant as (
    select
        id, template_id, row_number() over (partition by template_id order by id)::integer as position,
        count(*) over (partition by template_id) as variants
    from product
)
select id as product_id, template_id, position, template_id * 3 + position as value_id
from variant
where variants > 1;

create view odoo.product_template_attribute_line as
select distinct template_id as id, template_id as product_tmpl_id, 1 as attribute_id, 3 as value_count
from variant_value;

create view odoo.product_template_attribute_value as
select
    value_id as id, position as product_attribute_value_id, template_id as attribute_line_id,
    template_id as product_tmpl_id, 1 as attribute_id, 0::decimal(9, 2) as price_extra, true as ptav_active
from variant_value;

create view odoo.product_variant_combination as
select product_id as product_product_id, value_id as product_template_attribute_value_id from variant_value;
