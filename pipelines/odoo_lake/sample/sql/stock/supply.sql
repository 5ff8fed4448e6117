-- How goods came in: an opening inventory, then batches of one size per warehouse and product, each received before
-- the batches before it are used up. Batch b covers the outflow from b times the size to b + 1 times the size.
create table stock_pair as
with demand as (
    select warehouse_id, product_id, count(*) as outflows, sum(quantity) as quantity, min(happened_at) as first_at
    from outflow
    group by warehouse_id, product_id
    union all
    -- Goods that nobody has ordered lie in the main warehouse.
    select 1, goods.id, 0, 0, null
    from goods
    where goods.is_storable and not exists (select 1 from outflow where outflow.product_id = goods.id)
),
sized as (
    select
        demand.*,
        row_number() over (order by demand.warehouse_id, demand.product_id) as pair_no,
        case
            when demand.outflows = 0 then dice('dead stock', demand.product_id, 6, 60)
            else ceil(demand.quantity::double / ceil(demand.outflows / getvariable('deliveries_per_batch')::double))
        end as wanted
    from demand
)
select
    sized.warehouse_id,
    warehouse.company_id,
    sized.product_id,
    sized.pair_no,
    sized.outflows,
    sized.quantity::decimal(18, 3) as quantity,
    sized.first_at,
    case
        -- One batch that is used up, or of which more has been used than there was.
        when sized.outflows between 1 and 6 and sized.pair_no % 8 = 4
            then greatest(
                1, sized.quantity - if(sized.pair_no % 16 = 4 and goods.tracking = 'none', 1 + sized.pair_no % 5, 0)
            )
        when goods.buy_uom_id = 2 then ceil(sized.wanted / 12.0) * 12
        else greatest(1, sized.wanted)
    end::decimal(18, 3) as batch_size,
    goods.vendor_n,
    goods.tracking,
    goods.is_packed,
    goods.category_id,
    goods.buy_uom_id,
    goods.uom_id,
    sized.outflows between 1 and 6 and sized.pair_no % 8 = 4 as runs_out,
    company_cost(warehouse.company_id, goods.cost) as company_cost
from sized
inner join warehouse on warehouse.id = sized.warehouse_id
inner join goods on goods.id = sized.product_id;

create table outflow_so_far as
select
    outflow.*,
    sum(quantity) over (
        partition by warehouse_id, product_id order by happened_at, kind,
        ref_id rows between unbounded preceding and current row
    )::decimal(18, 3) as used_after
from outflow;

create table supply_batch as
with wanted as (
    select
        pair.*,
        unnest(range(0, 1 + ceil(pair.quantity::double / pair.batch_size::double)::bigint))::integer as batch_no
    from stock_pair as pair
),
triggered as (
    select
        *,
        pair_no * 10000 + batch_no as key,
        -- A batch is ordered when part of the one before it is used.
        (
            (batch_no - 1 + 0.25 + 0.5 * roll('batch trigger', pair_no * 10000 + batch_no)) * batch_size::double
        )::decimal(18, 3) as threshold
    from wanted
),
timed as (
    select triggered.*, coalesce(so_far.happened_at, triggered.first_at) as needed_at
    from triggered
    asof left join outflow_so_far as so_far
        on triggered.warehouse_id = so_far.warehouse_id
        and triggered.product_id = so_far.product_id
        and triggered.threshold < so_far.used_after
    where triggered.batch_no = 0 or (so_far.happened_at is not null and not triggered.runs_out)
)
select
    *, batch_no = 0
        and (needed_at is null or needed_at < getvariable('start')::timestamp + interval 120 day) as is_opening,
    case
        when batch_no = 0 and (needed_at is null or needed_at < getvariable('start')::timestamp + interval 120 day)
            then getvariable('start')::timestamp + interval 1 hour
        else greatest(
            getvariable('start')::timestamp + interval 2 hour,
            date_trunc(
                'second', needed_at - to_seconds(3600 + if(batch_no = 0, 400000, 130000) * roll('batch early', key))
            )
        )
    end as wanted_at
from timed;

-- The batches that an outflow was taken from; batch_no is null for what was not there.
create table outflow_part as
with spanned as (
    select
        so_far.*,
        pair.batch_size,
        pair.company_id,
        floor((so_far.used_after - so_far.quantity)::double / pair.batch_size::double)::bigint as first_batch,
        ceil(so_far.used_after::double / pair.batch_size::double)::bigint as after_last_batch
    from outflow_so_far as so_far
    inner join stock_pair as pair on pair.warehouse_id = so_far.warehouse_id and pair.product_id = so_far.product_id
),
parts as (
    select *, unnest(range(first_batch, after_last_batch))::integer as drawn_batch from spanned
)
select
    parts.warehouse_id,
    parts.company_id,
    parts.product_id,
    parts.happened_at,
    parts.kind,
    parts.ref_id,
    supply_batch.batch_no,
    (
        least(parts.used_after, (parts.drawn_batch + 1) * parts.batch_size)
        - greatest(parts.used_after - parts.quantity, parts.drawn_batch * parts.batch_size)
    )::decimal(18, 3) as quantity
from parts
left join supply_batch
    on supply_batch.warehouse_id = parts.warehouse_id
    and supply_batch.product_id = parts.product_id
    and supply_batch.batch_no = parts.drawn_batch;
