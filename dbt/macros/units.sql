{# A quantity in one unit of measure as a quantity in another of its kind.
   The factors are reference quantities: how much of the kind's reference unit one unit is. #}
{% macro convert_quantity(quantity, from_uom, to_uom, from_reference, to_reference) -%}
case
    when {{ from_uom }} = {{ to_uom }} or {{ from_reference }} is null or {{ to_reference }} is null
        then {{ quantity }}
    else {{ divide(multiply(quantity, from_reference, type_factor()), to_reference, type_quantity()) }}
end
{%- endmacro %}

{# Factors between units: 12 for dozens, 0.000001 for milligrams in kilograms. #}
{% macro type_factor() %}decimal(38, 18){% endmacro %}

{# A quantity of an order line in its product's unit; `lines`, `uoms` and `products` are joined. #}
{% macro line_quantity(quantity) -%}
    {{ convert_quantity(
        quantity, 'lines.uom_id', 'products.uom_id', 'uoms.reference_quantity', 'products.uom_reference_quantity'
    ) }}
{%- endmacro %}

{# The smallest multiple that is not less than a quantity, neither below 0; the quantity itself where there is none. #}
{% macro round_up(quantity, multiple) -%}
case
    when {{ multiple }} > 0 and mod({{ quantity }}, {{ multiple }}) > 0
        then {{ quantity }} - mod({{ quantity }}, {{ multiple }}) + {{ multiple }}
    else {{ quantity }}
end
{%- endmacro %}
