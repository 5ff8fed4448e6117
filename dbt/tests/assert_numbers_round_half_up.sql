-- Every engine gives these digits.
with cases as (
    select
        'divide' as macro,
        {{ divide('cast(2 as decimal(24, 6))', 'cast(3 as decimal(24, 6))', type_money()) }} as given,
        cast(0.666667 as {{ type_money() }}) as expected
    union all
    select
        'divide half',
        {{ divide('cast(1 as decimal(24, 6))', 'cast(8 as decimal(24, 6))', 'decimal(24, 2)') }},
        cast(0.13 as {{ type_money() }})
    union all
    select
        'divide half, negative',
        {{ divide('cast(-1 as decimal(24, 6))', 'cast(8 as decimal(24, 6))', 'decimal(24, 2)') }},
        cast(-0.13 as {{ type_money() }})
    union all
    select
        'divide by a negative',
        {{ divide('cast(1 as decimal(24, 6))', 'cast(-8 as decimal(24, 6))', 'decimal(24, 2)') }},
        cast(-0.13 as {{ type_money() }})
    union all
    select
        'divide to a whole number',
        {{ divide('7', '2', 'decimal(24, 0)') }},
        cast(4 as {{ type_money() }})
    union all
    select
        'divide by nothing',
        {{ divide('cast(1 as decimal(24, 6))', 'cast(0 as decimal(24, 6))', type_money()) }},
        cast(null as {{ type_money() }})
    union all
    select
        'divide a large amount',
        {{ divide('cast(87654321098765.432109 as decimal(24, 6))', 'cast(1.000000000001 as decimal(38, 12))', type_money()) }},
        cast(87654321098677.777788 as {{ type_money() }})
    union all
    select
        'multiply',
        {{ multiply('cast(0.000003 as decimal(24, 6))', 'cast(0.5 as decimal(38, 12))', type_money()) }},
        cast(0.000002 as {{ type_money() }})
    union all
    select
        'percent',
        {{ percent('cast(1 as decimal(24, 6))', 'cast(3 as decimal(24, 6))') }},
        cast(33.333333 as {{ type_money() }})
    union all
    select
        'percent of nothing',
        {{ percent('cast(1 as decimal(24, 6))', 'cast(0 as decimal(24, 6))') }},
        cast(null as {{ type_money() }})
    union all
    select
        'percent of a negative base',
        {{ percent('cast(1 as decimal(24, 6))', 'cast(-3 as decimal(24, 6))') }},
        cast(null as {{ type_money() }})
    union all
    select
        'mean',
        {{ mean('amount', type_money()) }},
        cast(0.666667 as {{ type_money() }})
    from (values (1.0), (1.0), (0.0), (null)) as amounts (amount)
    union all
    select
        'median of an even number',
        {{ median_exact('amount', type_money()) }},
        cast(3.5 as {{ type_money() }})
    from (values (9.5), (2.5), (1.5), (4.5), (null)) as amounts (amount)
    union all
    select
        'median of an odd number',
        {{ median_exact('amount', type_money()) }},
        cast(2.5 as {{ type_money() }})
    from (values (4.5), (2.5), (1.5)) as amounts (amount)
)

select *
from cases
where given is distinct from expected
