{# Each group has one row for every day or month from its first to its last; `until` is where all of them end. #}
{% test dense_calendar(model, column, group_by, period='day', until=none) %}
select {{ group_by | join(', ') }}
from {{ model }}
group by {{ group_by | join(', ') }}
having
    count(*) <> 1 + date_diff('{{ period }}', min({{ column }}), max({{ column }}))
    or count(distinct {{ column }}) <> count(*)
    or max({{ column }}) <> {{ until or 'max(' ~ column ~ ')' }}
{% endtest %}
