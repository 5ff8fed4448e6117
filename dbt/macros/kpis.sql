{# The KPIs of the scorecard and the trends, in the order in which they are read: the domain and column of the summary
   that works them out, and the unit. `reporting`: where the amount in reporting currency comes from, the summary's own
   twin or the rate of the month's last day. #}
{% macro kpis() %}
    {{ return([
        {'domain': 'finance', 'column': 'revenue', 'unit': 'currency', 'reporting': 'twin'},
        {'domain': 'finance', 'column': 'net_income', 'unit': 'currency', 'reporting': 'twin'},
        {'domain': 'finance', 'column': 'gross_margin_pct', 'unit': 'percent'},
        {'domain': 'finance', 'column': 'cash_balance', 'unit': 'currency', 'reporting': 'twin'},
        {'domain': 'finance', 'column': 'receivables', 'unit': 'currency', 'reporting': 'twin'},
        {'domain': 'finance', 'column': 'payables', 'unit': 'currency', 'reporting': 'twin'},
        {'domain': 'finance', 'column': 'dso_days', 'unit': 'days'},
        {'domain': 'finance', 'column': 'dpo_days', 'unit': 'days'},
        {'domain': 'sales', 'column': 'amount_ordered', 'unit': 'currency', 'reporting': 'twin'},
        {'domain': 'sales', 'column': 'amount_invoiced', 'unit': 'currency', 'reporting': 'twin'},
        {'domain': 'sales', 'column': 'orders', 'unit': 'count'},
        {'domain': 'sales', 'column': 'new_customers', 'unit': 'count'},
        {'domain': 'sales', 'column': 'win_rate_pct', 'unit': 'percent'},
        {'domain': 'sales', 'column': 'quotation_conversion_pct', 'unit': 'percent'},
        {'domain': 'operations', 'column': 'inventory_value', 'unit': 'currency', 'reporting': 'closing_rate'},
        {'domain': 'operations', 'column': 'inventory_turns', 'unit': 'ratio'},
        {'domain': 'operations', 'column': 'otif_pct', 'unit': 'percent'},
        {'domain': 'operations', 'column': 'stock_alerts', 'unit': 'count'},
        {'domain': 'operations', 'column': 'vendor_on_time_pct', 'unit': 'percent'},
    ]) }}
{% endmacro %}
