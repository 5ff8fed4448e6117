{# An amount of an order line in company currency; `orders` is int_sales_orders or int_purchase_orders.
   Most orders are in it already, and exact division is slow. #}
{% macro order_amount(amount) -%}
case
    when orders.currency_rate = 1 then {{ amount }}
    else {{ in_company_currency(
        amount,
        'orders.currency_rate',
        'orders.currency_id',
        'orders.company_currency_id',
        'orders.document_day_rate',
        'orders.company_day_rate'
    ) }}
end
{%- endmacro %}
