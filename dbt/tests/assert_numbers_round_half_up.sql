-- Every engine gives these digits.
with thirds as (
    select amounts.amount from (values (1.0), (1.0), (0.0), (null)) as amounts (amount)
),

four_amounts as (
    select amounts.amount from (values (9.5), (2.5), (1.5), (4.5), (null)) as amounts (amount)
),

three_amounts as (
    select amounts.amount from (values (4.5), (2.5), (1.5)) as amounts (amount)
),

cases as (
    select
        'divide' as macro,
        {{ divide('cast(2 as decimal(24, 6))', 'cast(3 as decimal(24, 6))', type_money()) }} as given,
        cast(0.666667 as {{ type_money() }}) as expected
    union all
    select
        'divide half' as macro,
        {{ divide('cast(1 as decimal(24, 6))', 'cast(8 as decimal(24, 6))', 'decimal(24, 2)') }} as given,
        cast(0.13 as {{ type_money() }}) as expected
    union all
    select
        'divide half, negative' as macro,
        {{ divide('cast(-1 as decimal(24, 6))', 'cast(8 as decimal(24, 6))', 'decimal(24, 2)') }} as given,
        cast(-0.13 as {{ type_money() }}) as expected
    union all
    select
        'divide by a negative' as macro,
        {{ divide('cast(1 as decimal(24, 6))', 'cast(-8 as decimal(24, 6))', 'decimal(24, 2)') }} as given,
        cast(-0.13 as {{ type_money() }}) as expected
    union all
    select
        'divide to a whole number' as macro,
        {{ divide('7', '2', 'decimal(24, 0)') }} as given,
        cast(4 as {{ type_money() }}) as expected
    union all
    select
        'divide by nothing' as macro,
        {{ divide('cast(1 as decimal(24, 6))', 'cast(0 as decimal(24, 6))', type_money()) }} as given,
        cast(null as {{ type_money() }}) as expected
    union all
    select
        'divide a large amount' as macro,
        {{ divide(
            'cast(87654321098765.432109 as decimal(24, 6))', 'cast(1.000000000001 as decimal(38, 12))', type_money()
        ) }} as given,
        cast(87654321098677.777788 as {{ type_money() }}) as expected
    union all
    select
        'multiply' as macro,
        {{ multiply('cast(0.000003 as decimal(24, 6))', 'cast(0.5 as decimal(38, 12))', type_money()) }} as given,
        cast(0.000002 as {{ type_money() }}) as expected
    union all
    select
        'percent' as macro,
        {{ percent('cast(1 as decimal(24, 6))', 'cast(3 as decimal(24, 6))') }} as given,
        cast(33.333333 as {{ type_money() }}) as expected
    union all
    select
        'percent of nothing' as macro,
        {{ percent('cast(1 as decimal(24, 6))', 'cast(0 as decimal(24, 6))') }} as given,
        cast(null as {{ type_money() }}) as expected
    union all
    select
        'percent of a negative base' as macro,
        {{ percent('cast(1 as decimal(24, 6))', 'cast(-3 as decimal(24, 6))') }} as given,
        cast(null as {{ type_money() }}) as expected
    union all
    select
        'mean' as macro,
        {{ mean('amount', type_money()) }} as given,
        cast(0.666667 as {{ type_money() }}) as expected
    from thirds
    union all
    select
        'median of an even number' as macro,
        {{ median_exact('amount', type_money()) }} as given,
        cast(3.5 as {{ type_money() }}) as expected
    from four_amounts
    union all
    select
        'median of an odd number' as macro,
        {{ median_exact('amount', type_money()) }} as given,
        cast(2.5 as {{ type_money() }}) as expected
    from three_amounts
)

select *
from cases
where given is distinct from expected
