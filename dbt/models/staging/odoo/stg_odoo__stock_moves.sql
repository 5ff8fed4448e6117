with newest as (
    {{ newest_rows('stock_move') }}
)

{{ renamed_stock_moves('newest') }}
