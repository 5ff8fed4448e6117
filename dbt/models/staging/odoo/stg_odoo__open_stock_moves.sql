with newest as (
    {{ newest_rows('stock_move', overwritten=true) }}
),

moves as (
    {{ renamed_stock_moves('newest') }}
)

select *
from moves
where state in ('waiting', 'confirmed', 'partially_available', 'assigned')
