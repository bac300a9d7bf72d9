variable "name" { type = string }
variable "vpc_id" {}
variable "client" {}
variable "port" { default = 5432 }

resource "aws_security_group" "this" {
  name   = "db-${var.name}"
  vpc_id = var.vpc_id
}

resource "aws_security_group_rule" "in" {
  type                     = "ingress"
  security_group_id        = aws_security_group.this.id
  protocol                 = "tcp"
  from_port                = var.port
  to_port                  = var.port
  source_security_group_id = var.client
}
output "id" { value = aws_security_group.this.id }
