{# No column of the list is below 0. #}
{% test never_negative(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
where {% for column in columns %}{{ 'or ' if not loop.first }}{{ column }} < 0{{ ' ' if not loop.last }}{% endfor %}
{% endtest %}
