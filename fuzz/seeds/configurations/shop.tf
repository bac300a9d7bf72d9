terraform {
  required_version = ">= 1.5"
}

provider "aws" {
  region = "eu-central-1"
  default_tags {
    tags = { Owner = "platform" }
  }
}

variable "office" {
  description = "The head office"
  type        = string
  default     = "203.0.113.0/24"
}

variable "partners" {
  type = list(string)
}

variable "public" {
  type    = bool
  default = true
}

locals {
  name  = "shop-${var.environment}"
  ports = { http = 80, https = 443 }
}

variable "environment" {
  default = "prod"
}

resource "aws_vpc" "main" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_security_group" "web" {
  name        = "${local.name}-web"
  description = "Web servers"
  vpc_id      = aws_vpc.main.id

  dynamic "ingress" {
    for_each = local.ports
    content {
      description = ingress.key
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = var.public ? ["0.0.0.0/0"] : [aws_vpc.main.cidr_block]
    }
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = -1
    cidr_blocks = ["0.0.0.0/0"]
  }

  tags = {
    Name = "web"
  }
}

resource "aws_security_group_rule" "ssh" {
  type              = "ingress"
  security_group_id = aws_security_group.web.id
  from_port         = "22"
  to_port           = 22
  protocol          = "TCP"
  cidr_blocks       = concat([var.office], ["198.51.100.7/32"])
}

resource "aws_vpc_security_group_ingress_rule" "partners" {
  for_each          = toset(var.partners)
  security_group_id = aws_security_group.web.id
  ip_protocol       = "tcp"
  from_port         = 8443
  to_port           = 8443
  cidr_ipv4         = each.value
}

module "db" {
  source   = "./modules/db"
  for_each = toset(["orders", "users"])
  name     = each.key
  vpc_id   = aws_vpc.main.id
  client   = aws_security_group.web.id
}
