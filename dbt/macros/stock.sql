{# Reading stock tables: what Odoo's versions call differently is decided here, by the columns that bronze has. #}

{# Columns of stock moves under their names here; `moves` is a relation with rows of bronze. #}
{% macro renamed_stock_moves(moves) %}
{%- set columns = bronze_columns('stock_move') -%}
select
    id as move_id,
    company_id,
    product_id,
    product_uom as uom_id,
    location_id,
    location_dest_id,
    {{ first_of(columns, ['location_final_id'], 'integer') }} as location_final_id,
    picking_id,
    picking_type_id,
    partner_id,
    {{ optional(columns, 'sale_line_id', 'integer') }} as sales_order_line_id,
    {{ optional(columns, 'purchase_line_id', 'integer') }} as purchase_order_line_id,
    origin_returned_move_id as return_of_move_id,
    reference,
    state,
    cast(product_qty as {{ type_quantity() }}) as quantity_demanded,
    -- Reserved, until the move is done.
    {{ first_of(columns, ['quantity', 'quantity_done'], type_quantity()) }} as uom_quantity,
    {% if 'is_in' in columns -%}
    cast(case when is_in then value when is_out then -value else 0 end as {{ type_money() }}) as value,
    {%- else -%}
    cast(null as {{ type_money() }}) as value,
    {%- endif %}
    {{ is_production_move(columns) }} as is_production,
    {{ is_scrap_move(columns) }} as is_scrap,
    coalesce(is_inventory, false) as is_adjustment,
    {{ to_milliseconds('date') }} as planned_or_moved_at,
    {{ to_milliseconds('date_deadline') }} as deadline_at
from {{ moves }}
{%- endmacro %}

{# Components and finished products of a manufacturing order. #}
{% macro is_production_move(columns) -%}
    {%- set orders = ['production_id', 'raw_material_production_id'] | select('in', columns) | list -%}
    {%- if orders -%} coalesce({{ orders | join(', ') }}) is not null {%- else -%} false {%- endif -%}
{%- endmacro %}

{# 16 marks a scrap by a flag, 19 by its scrap order, the versions between by both. #}
{% macro is_scrap_move(columns) -%}
    {%- if 'scrapped' in columns and 'scrap_id' in columns -%}
        coalesce(scrapped, false) or scrap_id is not null
    {%- elif 'scrap_id' in columns -%}
        scrap_id is not null
    {%- elif 'scrapped' in columns -%}
        coalesce(scrapped, false)
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}

{# True where Odoo keeps no valuation layers (19 on): stock is then worth its quantity at cost. #}
{% macro values_stock_at_cost() %}
    {{ return('is_in' in bronze_columns('stock_move')) }}
{% endmacro %}

{# The day of a month whose stock values are its closing ones, NULL where it is not known: layers tell it of any day,
   costs only of days on which stock was extracted. #}
{% macro closing_value_date(closing_date, last_extracted_date) -%}
    {{ last_extracted_date if values_stock_at_cost() else closing_date }}
{%- endmacro %}

{# A month's cost of goods sold as times per year that its mean value of stock turns over; NULL without stock. #}
{% macro inventory_turns(cogs, opening_and_closing_value) -%}
    case
        when {{ opening_and_closing_value }} > 0
            then {{ divide('24 * (' ~ cogs ~ ')', opening_and_closing_value, type_percent()) }}
    end
{%- endmacro %}

{# Days for which stock lasts at that pace; NULL where nothing is sold. #}
{% macro days_of_inventory(cogs, opening_and_closing_value) -%}
    case
        when {{ cogs }} > 0 and {{ opening_and_closing_value }} > 0
            then {{ divide('365 * (' ~ opening_and_closing_value ~ ')', '24 * (' ~ cogs ~ ')', type_percent()) }}
    end
{%- endmacro %}
