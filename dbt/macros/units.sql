{# Factors between units: 12 for dozens in units. #}
{% macro type_factor() %}decimal(38, 18){% endmacro %}

{# A join to the factor from one unit of measure to another; it finds none where they are the same, or one is unknown. #}
{% macro join_uom_conversion(alias, from_uom_id, to_uom_id) -%}
    left join {{ ref('stg_odoo__uom_conversions') }} as {{ alias }}
        on
            {{ from_uom_id }} = {{ alias }}.from_uom_id
            and {{ to_uom_id }} = {{ alias }}.to_uom_id
{%- endmacro %}

{# A quantity in the other unit, given that join. #}
{% macro convert_quantity(quantity, alias) -%}
case
    when {{ alias }}.factor is null then cast({{ quantity }} as {{ type_quantity() }})
    else {{ multiply(quantity, alias ~ '.factor', type_quantity()) }}
end
{%- endmacro %}

{# The smallest multiple that is not less than a quantity, neither below 0; the quantity itself where there is none. #}
{% macro round_up(quantity, multiple) -%}
case
    when {{ multiple }} > 0 and mod({{ quantity }}, {{ multiple }}) > 0
        then {{ quantity }} - mod({{ quantity }}, {{ multiple }}) + {{ multiple }}
    else {{ quantity }}
end
{%- endmacro %}
