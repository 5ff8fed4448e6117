{# Exchange rates: units of a currency per unit of the reference, so from one currency to another is
   amount * rate of the other / rate of the one. #}

{# A join to the rate of a currency for a company on a day; it always finds one row, unless an id or the date is NULL. #}
{% macro join_currency_rate(alias, company_id, currency_id, on_date) -%}
    left join {{ ref('stg_odoo__currency_rate_ranges') }} as {{ alias }}
        on
            {{ company_id }} = {{ alias }}.company_id
            and {{ currency_id }} = {{ alias }}.currency_id
            and {{ on_date }} >= {{ alias }}.valid_from
            and {{ on_date }} < {{ alias }}.valid_to
{%- endmacro %}

{# An amount in another currency, given both rates. #}
{% macro convert(amount, from_rate, to_rate) -%}
    {{ divide('(' ~ amount ~ ') * ' ~ to_rate, from_rate, type_money()) }}
{%- endmacro %}

{# A document's amount in company currency. The document holds its own rate; where it doesn't, the day's rates count. #}
{% macro in_company_currency(amount, document_rate, currency_id, company_currency_id, from_rate, to_rate) -%}
    case
        when {{ document_rate }} <> 0 then {{ divide(amount, document_rate, type_money()) }}
        when {{ currency_id }} = {{ company_currency_id }} then cast({{ amount }} as {{ type_money() }})
        else {{ convert(amount, from_rate, to_rate) }}
    end
{%- endmacro %}

{# Rates to the reporting currency for each company_id and month of a relation: the mean of the month's days for flows
   (average_rate), its last day for balances (closing_rate). The running month ends on the day figures are stated for. #}
{% macro reporting_rates(months) -%}
    {%- set ends_early = 'spans.month <= ' ~ as_of_date() ~ ' and ' ~ month_end('spans.month') ~ ' > ' ~ as_of_date() -%}
    {%- set days = days_between('pieces.first_day', 'pieces.last_day') ~ ' + 1' -%}
    select
        pieces.company_id,
        pieces.month,
        max(pieces.reporting_currency_code) as reporting_currency_code,
        {{ divide('sum(pieces.conversion_rate * (' ~ days ~ '))', 'sum(' ~ days ~ ')', type_conversion(), 15) }} as average_rate,
        max(case when pieces.is_last then pieces.conversion_rate end) as closing_rate
    from (
        select
            months.company_id,
            months.month,
            ranges.reporting_currency_code,
            ranges.conversion_rate,
            greatest(months.month, ranges.valid_from) as first_day,
            least(months.last_day, {{ add_days('ranges.valid_to', -1) }}) as last_day,
            ranges.valid_to > months.last_day as is_last
        from (
            select
                spans.company_id,
                spans.month,
                case when {{ ends_early }} then {{ as_of_date() }} else {{ month_end('spans.month') }} end as last_day
            from {{ months }} as spans
        ) as months
        inner join {{ ref('stg_odoo__reporting_rate_ranges') }} as ranges
            on
                months.company_id = ranges.company_id
                and months.month < ranges.valid_to
                and months.last_day >= ranges.valid_from
    ) as pieces
    group by pieces.company_id, pieces.month
{%- endmacro %}
