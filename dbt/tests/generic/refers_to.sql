{# Where none of the columns is NULL, they name a row of another model, by `to_columns` or the same names. #}
{% test refers_to(model, columns, to, to_columns=none) %}
{%- set there = to_columns or columns %}
select {% for column in columns %}referring.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
from (
    select distinct {{ columns | join(', ') }}
    from {{ model }}
    where {% for column in columns %}{{ 'and ' if not loop.first }}{{ column }} is not null{{ ' ' if not loop.last }}{% endfor %}
) as referring
left join (
    select distinct {{ there | join(', ') }}, 1 as is_there
    from {{ to }}
) as named
    on {% for column in columns %}{{ 'and ' if not loop.first }}referring.{{ column }} = named.{{ there[loop.index0] }}{{ ' ' if not loop.last }}{% endfor %}
where named.is_there is null
{% endtest %}
