{# An amount of an order line in company currency; `orders` is int_sales_orders or int_purchase_orders. #}
{% macro order_amount(amount) -%}
    {{ in_company_currency(
        amount,
        'orders.currency_rate',
        'orders.currency_id',
        'orders.company_currency_id',
        'orders.document_day_rate',
        'orders.company_day_rate'
    ) }}
{%- endmacro %}
